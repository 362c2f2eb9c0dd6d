import type { Incident, LogEntry } from '../incident/incident.ts';
import type { Changed } from '../ports.ts';
import { mention } from './mrkdwn.ts';
import type { Times } from './times.ts';

export const UNCONFIRMED =
  'I could not confirm that this was saved. Please look at the message, and press again if nothing changed.';
const UNKNOWN = 'I no longer know this incident: it is older than what I keep.';

/** What the presser is told in private; undefined where the edited message says it all. `user`: the presser. */
export function changeNote(changed: Changed, user: string, times: Times): string | undefined {
  if (changed.kind === 'changed') return undefined;
  return changed.kind === 'unknown' ? UNKNOWN : refusal(changed.incident, user, times);
}

function refusal({ state, log }: Incident, user: string, times: Times): string {
  const entry = log.findLast((each: LogEntry) => each.what === state);
  if (state === 'open' || !entry) return 'That cannot be done now. Please look at the message again.';
  const who = entry.by === user ? 'You' : mention(entry.by === 'tracefall' ? 'Tracefall' : entry.by);
  return `${who} already ${state} this, ${times.full(entry.at)}.`;
}
