import { z } from 'zod';
import type { Cause, CauseKind } from '../diagnosis/cause.ts';
import type { Alert, Incident, Thread } from '../incident/incident.ts';
import { type Life, type LogEntry, TRACEFALL } from '../incident/life.ts';
import { traceId } from '../telemetry/ids.ts';
import { micros } from '../units.ts';
import { sayable } from './cause-words.ts';

/** Ours: the pages that we know name no limit of a message's metadata, and a root that Slack refuses would tell nobody anything. */
const MOST_CHARACTERS = 4_000;

/**
 * What an incident's root says of it to ourselves, in one string: Slack takes flat values only. Nothing in it that people do not read
 * in the message, but for ids. What is too long goes without its cause; undefined: it is too long even so.
 */
export function memoOf(incident: Incident): string | undefined {
  const bare = { ...incident, alert: { ...incident.alert, causes: [], error: undefined } };
  return [incident, bare].map(written).find((memo) => memo.length <= MOST_CHARACTERS);
}

/** Nobody reads metadata for markup; nothing in it could be taken for some all the same. */
const written = (incident: Incident): string => JSON.stringify(told(incident)).replaceAll('<', '\\u003c');

const NAME = 80;
const SENTENCE = 240;
/** Enough to be reopened and to flap. */
const REOPENED = 4;

function told({ alert, life, newest, count, firstSeen, lastSeen, version, log }: Incident) {
  const { signature, outcome, duration, spans, at, lastFailure } = alert;
  return {
    ...{ v: 1, version, entries: log.length, count, firstSeen, lastSeen },
    life: { ...life, reopened: life.reopened.slice(-REOPENED) },
    newest: { traceId: newest.traceId, version: newest.version?.slice(0, NAME) },
    alert: {
      ...{ signature, outcome, duration, spans, at, lastFailure, traceId: alert.traceId },
      ...{ transaction: alert.transaction.slice(0, NAME), service: alert.service.slice(0, NAME) },
      ...{ environment: alert.environment.slice(0, NAME), hop: placeOf(alert.hop) },
      error: alert.error && { type: alert.error.type.slice(0, NAME), message: alert.error.message.slice(0, SENTENCE) },
      ...{ version: alert.version?.slice(0, NAME), owner: alert.owner?.slice(0, NAME) },
      causes: sayable(alert.causes).slice(0, 1).map(causeOf),
    },
  };
}

const placeOf = ({ service, operation }: Alert['hop']) => ({
  service: service.slice(0, NAME),
  operation: operation.slice(0, NAME),
});

const causeOf = (cause: Cause) => ({
  ...{ kind: cause.kind, confidence: cause.confidence, ...placeOf(cause) },
  ...{ summary: cause.summary.slice(0, SENTENCE), evidence: cause.evidence.slice(0, 1).map((fact) => fact.slice(0, SENTENCE)) },
});

/** JSON leaves out what is undefined. */
const said = z
  .string()
  .optional()
  .transform((text) => text);
const moment = z.number().transform(micros);
const trace = z.string().transform((text, context) => {
  const id = traceId(text);
  if (id) return id;
  context.addIssue({ code: 'custom', message: 'expected a trace id' });
  return z.NEVER;
});
const place = { service: z.string(), operation: z.string() };

const common = { assignee: said, reopened: z.array(moment) };
const held = { ...common, by: z.string(), at: moment };
const until = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('time'), at: moment }),
  z.object({ kind: z.literal('deployment'), version: said }),
]);
const life = z.discriminatedUnion('state', [
  z.object({ state: z.literal('open'), ...common }),
  z.object({ state: z.literal('acknowledged'), ...held }),
  z.object({ state: z.literal('snoozed'), ...held, until }),
  z.object({ state: z.literal('flapping'), ...common, times: z.number(), resting: z.boolean() }),
  z.object({ state: z.literal('resolved'), ...held }),
  z.object({ state: z.literal('merged'), ...common, into: z.string() }),
]);

const cause = z
  .object({ ...place, kind: z.string(), confidence: z.number(), summary: z.string(), evidence: z.array(z.string()) })
  // Written by `memoOf` of some version; a kind that this one does not know is told by its words alone.
  .transform((one): Cause => ({ ...one, kind: one.kind as CauseKind, resource: undefined, spanIds: [], edge: undefined }));

const alert = z.object({
  ...{
    signature: z.string(),
    outcome: z.enum(['failed', 'slow']),
    duration: moment,
    spans: z.number(),
    at: moment,
    lastFailure: moment,
  },
  ...{ traceId: trace, transaction: z.string(), service: z.string(), environment: z.string(), hop: z.object(place) },
  error: z
    .object({ type: z.string(), message: z.string() })
    .optional()
    .transform((error) => error),
  ...{ version: said, owner: said, causes: z.array(cause) },
});

/** More than any incident has: what is read back is no reason to fill memory. */
const MOST_ENTRIES = 1_000;

const Memo = z.object({
  ...{ v: z.literal(1), version: z.number().int().min(1), entries: z.number().int().min(0).max(MOST_ENTRIES) },
  ...{ count: z.number().int().min(0), firstSeen: moment, lastSeen: moment },
  ...{ life, alert, newest: z.object({ traceId: trace, version: said }) },
});

/** The incident that a root of ours tells of, as far as it does; undefined: of none, or in a way that this version cannot read. */
export function recalled(payload: Readonly<Record<string, unknown>>, thread: Thread): Incident | undefined {
  const { id, memo } = payload;
  const read = typeof id === 'string' && typeof memo === 'string' ? Memo.safeParse(parsed(memo)) : undefined;
  if (typeof id !== 'string' || !read?.success) return undefined;
  const { version, entries, count, firstSeen, lastSeen, newest, life: standing, alert: about } = read.data;
  return {
    ...{ id, version, count, firstSeen, lastSeen, newest, life: standing, thread, storm: undefined, contrast: [] },
    alert: { ...about, traceIds: [about.traceId] },
    // Their places in the log are their names, here and on the bus: those of the lost ones are not given to others.
    log: Array.from({ length: entries }, () => lost(standing, lastSeen)),
    ...{ shown: version, told: entries, recalled: lastSeen },
  };
}

const lost = ({ state }: Life, at: LogEntry['at']): LogEntry => ({
  ...{ at, by: TRACEFALL, what: 'recalled', from: undefined, to: state, text: undefined, message: undefined },
});

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
