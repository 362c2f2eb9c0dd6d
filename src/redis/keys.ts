import { createHash } from 'node:crypto';
import { BLOCK, BLOCKS } from '../diagnosis/tally.ts';
import type { TraceId } from '../telemetry/ids.ts';
import { type Micros, toMillis } from '../units.ts';

const hours = (count: number): number => count * 3_600_000;

/** Spans and logs: as long as somebody may still ask for the trace. */
export const RECORDS_TTL_MS = hours(24);
/** What was decided must outlive every late or repeated delivery: AWS retries for 24 h. */
export const DECISIONS_TTL_MS = hours(26);
export const INCIDENTS_TTL_MS = hours(24 * 30);
/** Jobs that nobody tries any more stay to be read and done again. */
export const GIVEN_UP_TTL_MS = hours(24 * 14);
/** What is usual is counted in blocks of time; one that is over is read as long as it counts. */
export const USUAL_TTL_MS = toMillis(BLOCK) * (BLOCKS + 1);

/** Of what has not come for a week nobody knows any more when it usually comes. */
export const WATCHED_TTL_MS = hours(24 * 8);

export const MINUTE_MS = 60_000;
export const minuteOf = (at: Micros): number => Math.floor(at / 1_000 / MINUTE_MS);

/** Outside text (a request id, an operation) becomes part of a key only as a digest: any length, any character, no clash. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);

const SLOTS = 4_096;
const slotOf = (text: string): number => createHash('sha256').update(text).digest().readUInt16BE() % SLOTS;

const TRACE_PREFIX = 'tf:trace:';
const RECENT_PREFIX = 'tf:recent:';
const USUAL_PREFIX = 'tf:usual:';
const FROZEN_PREFIX = 'tf:frozen:';
const STORM_PREFIX = 'tf:storm:';
const INCIDENT_PREFIX = 'tf:incident:';

export const keys = {
  tracePrefix: TRACE_PREFIX,
  trace: (id: TraceId) => `${TRACE_PREFIX}${id}`,
  links: (id: TraceId) => `tf:links:${id}`,
  join: (joinKey: string) => `tf:join:${digest(joinKey)}`,
  request: (requestId: string) => `tf:request:${digest(requestId)}`,
  recentPrefix: RECENT_PREFIX,
  recent: (minute: number) => `${RECENT_PREFIX}${minute}`,
  usualPrefix: USUAL_PREFIX,
  usual: (usualKey: string, block: number) => `${USUAL_PREFIX}${block}:${digest(usualKey)}`,
  /** How many of them there are of a block of time. */
  usualNames: (block: number) => `tf:usual-names:${block}`,
  frozenPrefix: FROZEN_PREFIX,
  /** The same digest as in `usual`. */
  frozen: (usualKey: string) => `${FROZEN_PREFIX}${digest(usualKey)}`,
  /** Of operations that share a slot: however many there are, there are no more keys. */
  healthy: (entryKey: string) => `tf:healthy:${slotOf(entryKey)}`,
  changes: (resource: string) => `tf:changes:${digest(resource)}`,
  learned: (id: TraceId) => `tf:learned:${id}`,
  incidentPrefix: INCIDENT_PREFIX,
  /** All of them by when they were opened. */
  incidents: 'tf:incidents',
  /** Signatures of which nobody wants to hear; kept until somebody does. */
  muted: 'tf:muted',
  incident: (id: string) => `${INCIDENT_PREFIX}${id}`,
  incidentLog: (id: string) => `${INCIDENT_PREFIX}${id}:log`,
  incidentTraces: (id: string) => `${INCIDENT_PREFIX}${id}:traces`,
  signature: (signature: string) => `tf:signature:${digest(signature)}`,
  incidentOfTrace: (id: TraceId) => `tf:incident-of:${id}`,
  /** What one process has taken in, and when each process last said so. */
  ledger: (process: string) => `tf:ledger:${process}`,
  ledgers: 'tf:ledgers',
  /** By source: when something last came through, when and why something last did not, and what is known of its pauses. */
  arrivals: 'tf:ledgers:arrivals',
  refusals: 'tf:ledgers:refusals',
  watches: 'tf:ledgers:watches',
  /** How many were asked for and what came of them, and the traces of which nothing has come yet. */
  examinations: 'tf:examinations',
  openExaminations: 'tf:examinations:opened',
  once: (name: string) => `tf:once:${digest(name)}`,
  asked: (id: TraceId) => `tf:asked:${id}`,
  /** How often a person has asked for a picture lately. */
  askings: (user: string) => `tf:askings:${digest(user)}`,
  budget: (what: string) => `tf:budget:${what}`,
  incidentOfThread: (channel: string, ts: string) => `tf:incident-of-thread:${digest(`${channel}/${ts}`)}`,
  pace: (channel: string) => `tf:pace:${digest(channel)}`,
  /** A channel's incidents by when they were first to be told. */
  openedIn: (channel: string) => `tf:opened-in:${digest(channel)}`,
  stormOf: (channel: string) => `tf:storm-of:${digest(channel)}`,
  stormPrefix: STORM_PREFIX,
  storm: (id: string) => `${STORM_PREFIX}${id}`,
  /** The message about one kind of trouble of ours. */
  trouble: (of: string) => `tf:trouble:${of}`,
  /** There as long as Redis has lost nothing. */
  whole: 'tf:whole',
  restoring: 'tf:restoring',
  outbox: (key: string) => `tf:outbox:${digest(key)}`,
};
