import type { Incident } from '../incident/incident.ts';
import { TRACEFALL } from '../incident/life.ts';
import type { Changed } from '../ports.ts';
import { mention } from './mrkdwn.ts';
import type { Times } from './times.ts';

export const UNCONFIRMED =
  'I could not confirm that this was saved. Please look at the message, and press again if nothing changed.';
const UNKNOWN =
  'I no longer know this incident: it is older than what I keep. If it is not, my memory was emptied; please press again in a minute.';

/** What the presser is told in private; undefined where the edited message says it all. `user`: the presser. */
export function changeNote(changed: Changed, user: string, times: Times): string | undefined {
  if (changed.kind === 'unknown') return UNKNOWN;
  return changed.kind === 'refused' ? refusal(changed.incident, user, times) : undefined;
}

function refusal({ life }: Incident, user: string, times: Times): string {
  if (life.state !== 'acknowledged' && life.state !== 'resolved')
    return 'That cannot be done now. Please look at the message again.';
  const who = life.by === user ? 'You' : mention(life.by === TRACEFALL ? 'Tracefall' : life.by);
  return `${who} already ${life.state} this, ${times.full(life.at)}.`;
}
