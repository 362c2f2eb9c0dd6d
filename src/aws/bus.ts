import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Bus } from '../aws-ports.ts';
import type { Incident } from '../incident/incident.ts';
import type { IncidentState, LogEntry } from '../incident/life.ts';
import { toMillis } from '../units.ts';
import { attempts } from './attempts.ts';

const PUT_WITHIN_MS = 20_000;

const SOURCE = 'tracefall';
const DETAIL_TYPE = 'Tracefall Incident Change';

/** Incidents on a bus of EventBridge. Their schema is in docs/events.md and a contract: it may grow, it does not change. */
export const eventBridgeBus = (client: EventBridgeClient, busName: string): Bus => ({
  tell: async (incident, entry) => {
    const written = eventOf(incident, entry);
    if (!written) return;
    const Entries = [{ ...written, EventBusName: busName, Source: SOURCE, DetailType: DETAIL_TYPE }];
    const answer = await attempts(PUT_WITHIN_MS).call((abortSignal) =>
      client.send(new PutEventsCommand({ Entries }), { abortSignal }),
    );
    const refused = answer.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
    if (refused)
      throw new Error(`EventBridge refused an event of incident ${incident.id}: ${refused.ErrorCode} ${refused.ErrorMessage}`);
  },
});

/** The contract's words for ours. What concerns only those who read the thread is not told. */
const WHAT: Readonly<Record<LogEntry['what'], 'opened' | 'acknowledged' | 'annotated' | 'resolved' | undefined>> = {
  ...{ opened: 'opened', reopened: 'opened', flapping: 'opened' },
  ...{ acknowledged: 'acknowledged', noted: 'annotated' },
  ...{ resolved: 'resolved', merged: 'resolved' },
  ...{ snoozed: undefined, woken: undefined, assigned: undefined, recalled: undefined },
};

const STATE: Readonly<Record<IncidentState, 'open' | 'acknowledged' | 'resolved'>> = {
  ...{ open: 'open', snoozed: 'open', flapping: 'open' },
  ...{ acknowledged: 'acknowledged' },
  ...{ resolved: 'resolved', merged: 'resolved' },
};

/** A note is left out of the event: people write notes for people, and a bus reaches further than a channel. */
function eventOf({ id, alert, life, count, firstSeen, lastSeen, log, thread }: Incident, entry: number) {
  const change = log[entry];
  const what = change && WHAT[change.what];
  if (!what) return undefined;
  const [cause] = alert.causes;
  return {
    Time: new Date(toMillis(change.at)),
    Detail: JSON.stringify({
      version: 1,
      id: `${id}:${entry}`,
      incident: {
        ...{ id, state: STATE[life.state], transactions: count, outcome: alert.outcome, transaction: alert.transaction },
        ...{ service: alert.service, environment: alert.environment, failsAt: alert.hop, error: alert.error ?? null },
        ...{ firstSeen: iso(firstSeen), lastSeen: iso(lastSeen), traceId: alert.traceId },
        cause: cause ? { kind: cause.kind, summary: cause.summary, confidence: cause.confidence } : null,
        slack: thread ? { channel: thread.channel, ts: thread.ts } : null,
      },
      change: { what, by: change.by, at: iso(change.at) },
    }),
  };
}

const iso = (time: Incident['firstSeen']): string => new Date(toMillis(time)).toISOString();
