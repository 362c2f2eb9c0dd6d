import { z } from 'zod';
import { SOURCES } from './ledger.ts';
import { traceId } from './telemetry/ids.ts';
import { micros } from './units.ts';

/**
 * The queues by name; each holds one kind of job. A payload that has a new shape has a new `v`, and the shape before it is read for one
 * version more: while a version is rolled out, its workers see the jobs of the old one, and the old ones see its.
 */
export const EXAMINE = 'examine';
export const ANNOUNCE = 'announce';
export const ANSWER = 'answer';
export const LEARN = 'learn';
export const GATHER = 'gather';
export const PUBLISH = 'publish';
export const REVISIT = 'revisit';
export const STORM = 'storm';
export const UNFURL = 'unfurl';
export const HOME = 'home';
export const TROUBLE = 'trouble';
export const QUEUES = [EXAMINE, ANNOUNCE, ANSWER, LEARN, GATHER, PUBLISH, REVISIT, STORM, UNFURL, HOME, TROUBLE] as const;
export type QueueName = (typeof QUEUES)[number];

/** The newest payload that is read here, of any queue. */
const NEWEST = 1;

const Versioned = z.object({ v: z.number() });

/** Somebody newer has written it, and can read it. */
export function isNewer(payload: unknown): boolean {
  const read = Versioned.safeParse(payload);
  return read.success && read.data.v > NEWEST;
}

const trace = z.string().transform((text, context) => {
  const id = traceId(text);
  if (id) return id;
  context.addIssue({ code: 'custom', message: `expected a trace id, not ${JSON.stringify(text.slice(0, 80))}` });
  return z.NEVER;
});

/** A suspect trace has gone quiet: assemble it, diagnose it, decide. */
export const Examine = z.object({ v: z.literal(1), traceId: trace });
export type Examine = z.output<typeof Examine>;

/** An incident changed: bring its thread up to date. */
export const Announce = z.object({ v: z.literal(1), incidentId: z.string().min(1) });
export type Announce = z.output<typeof Announce>;

/** A new incident is told with less than AWS may know of it: look there, then examine it again. */
export const Gather = z.object({ v: z.literal(1), traceId: trace });
export type Gather = z.output<typeof Gather>;

/** One entry of an incident's log, to be told to whoever listens on the bus. */
export const Publish = z.object({ v: z.literal(1), incidentId: z.string().min(1), entry: z.number().int().min(0) });
export type Publish = z.output<typeof Publish>;

/** More incidents came at once than people can read: bring their one message up to date. */
export const TellStorm = z.object({ v: z.literal(1), stormId: z.string().min(1), channel: z.string() });
export type TellStorm = z.output<typeof TellStorm>;

/**
 * Something is wrong with Tracefall itself, or no longer: jobs of a queue were given up, memory is short, a source fell silent. A worker
 * that knows no sources refuses those, and another is asked a minute later.
 */
export const TellTrouble = z.object({ v: z.literal(1), of: z.enum(['memory', ...QUEUES, ...SOURCES]) });
export type TellTrouble = z.output<typeof TellTrouble>;

/** Time has passed since an incident last failed, or was snoozed. */
export const Revisit = z.discriminatedUnion('why', [
  z.object({ v: z.literal(1), why: z.literal('woke'), incidentId: z.string().min(1) }),
  z.object({
    ...{ v: z.literal(1), why: z.literal('rested'), incidentId: z.string().min(1) },
    /** When it last failed, by our clock. */
    since: z.number().transform(micros),
    /** Healthy transactions seen until then, counted as `UsualMemory.sightings` does. */
    sightings: z.number(),
  }),
]);
export type Revisit = z.output<typeof Revisit>;

/** What can be asked about an incident. */
export const ABOUT = ['trace', 'map', 'similar', 'export'] as const;

/** A person asked for a transaction, for the service map, or for incidents. */
export const Answer = z.object({
  v: z.literal(1),
  /** One question, one answer: Slack's trigger id. */
  requestId: z.string().min(1),
  question: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('trace'), traceId: trace }),
    /** An id of Lambda, SQS, API Gateway or Step Functions. */
    z.object({ kind: z.literal('request'), requestId: z.string().min(1) }),
    /** What calls what: in one transaction, or in the last minutes, of all or around one service. */
    z.object({ kind: z.literal('map'), traceId: trace.optional(), service: z.string().min(1).optional() }),
    z.object({ kind: z.literal('last'), outcome: z.enum(['failed', 'slow']).optional(), name: z.string() }),
    z.object({ kind: z.literal('search'), words: z.string() }),
    z.object({ kind: z.literal('incidents') }),
    /** Of one incident: the transaction drawn in it, its map, incidents like it, everything as files. */
    z.object({ kind: z.literal('about'), what: z.enum(ABOUT), incidentId: z.string().min(1) }),
  ]),
  channel: z.string(),
  /** The answer belongs in that thread. */
  thread: z.string().optional(),
  user: z.string(),
  responseUrl: z.url(),
});
export type Answer = z.output<typeof Answer>;
export type Question = Answer['question'];
export type MapQuestion = Extract<Question, { kind: 'map' }>;

/** A person posted links that name transactions: show below the message what they lead to. */
export const Unfurl = z.object({
  ...{ v: z.literal(1), channel: z.string().min(1), ts: z.string().min(1) },
  links: z
    .array(
      z.object({
        url: z.string(),
        question: z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('trace'), traceId: trace }),
          z.object({ kind: z.literal('request'), requestId: z.string().min(1) }),
        ]),
      }),
    )
    .min(1),
});
export type Unfurl = z.output<typeof Unfurl>;

/** A person opened the app's own tab: complete it with what takes longer. */
export const Home = z.object({ v: z.literal(1), user: z.string().min(1) });
export type Home = z.output<typeof Home>;

/** A healthy transaction is over: its tree tells what is usual. `entry`: the usual key of its entry operation. */
export const Learn = z.object({ v: z.literal(1), traceId: trace, entry: z.string() });
export type Learn = z.output<typeof Learn>;
