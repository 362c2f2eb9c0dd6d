import type { Cause } from '../../src/diagnosis/cause.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { learned } from '../../src/diagnosis/learn.ts';
import { keyOfEntry, type UsualByOperation, usualWithin } from '../../src/diagnosis/usual.ts';
import type { SpanRecord, TelemetryRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import type { Transaction } from '../../src/trace/transaction.ts';
import { aSpanId, type SpanWords } from '../trace/records.ts';
import { ablated, admits } from './ablated.ts';
import { type Chance, chanceOf } from './chance.ts';
import {
  aSystem,
  type Failed,
  type Fault,
  failed,
  type Operation,
  operationsIn,
  type Run,
  recordsOf,
  reddened,
  run,
} from './systems.ts';

/** What was said first of a transaction, and whether it is true. */
export type Judged = {
  readonly cause: Cause | undefined;
  readonly right: boolean;
  /** Without what tells the cause: it names nothing or says so. undefined: there was nothing to take away. */
  readonly admits: boolean | undefined;
};

export const NOTHING_USUAL: UsualByOperation = new Map();

export function onlyTransaction(records: readonly TelemetryRecord[]): Transaction {
  const [transaction, ...others] = assemble(records).transactions;
  if (!transaction || others.length > 0)
    throw new Error(`expected one transaction, not ${others.length + (transaction ? 1 : 0)}`);
  return transaction;
}

function firstCause(records: readonly TelemetryRecord[], usual: UsualByOperation): Cause | undefined {
  const transaction = onlyTransaction(records);
  return diagnose(transaction, usualWithin(keyOfEntry(transaction), usual))[0];
}

function firstCauseWithout(
  records: readonly SpanRecord[],
  gone: readonly SpanWords[],
  usual: UsualByOperation,
): Cause | undefined {
  return firstCause(ablated(records, new Set(gone.map(({ id = '' }) => aSpanId(id)))), usual);
}

/** Half a minute of it when all is well. */
function usualOfSystem(system: Operation, seed: number): UsualByOperation {
  const records = Array.from({ length: 40 }, (_, n) =>
    recordsOf(run(system, { trace: `normal ${seed} ${n}`, seed: seed + n, at: n * 700 })),
  );
  return learned(assemble(records.flat()).transactions);
}

/** Where one fault lies that can be felt: an end that no call has would be none. */
function aFault(system: Operation, at: Fault['at'], chance: Chance): Fault {
  const ms = chance.between(300, 3_000);
  const calls = operationsIn(system).flatMap((caller) =>
    caller.steps.flatMap((step) => step.calls.map((callee) => ({ caller: caller.service, service: callee.service }))),
  );
  if (at === 'self') return { at, service: chance.of(operationsIn(system)).service, ms };
  const { caller, service } = chance.of(calls);
  if (at === 'edge') return { at, caller, service, ms };
  return { at, service: at === 'caller' ? caller : service, ms };
}

type Slow = { readonly system: Operation; readonly fault: Fault; readonly spans: readonly SpanWords[] };

function aSlowRun(at: Fault['at'], seed: number, isRed: boolean): Slow {
  const chance = chanceOf(seed);
  const system = aSystem(seed);
  const fault = aFault(system, at, chance);
  const spans = run(system, { trace: `slow ${at} ${seed}`, seed: seed + 7, fault });
  return { system, fault, spans: isRed ? reddened(spans, chance) : spans };
}

/** Two delays of one transaction: the one to name is that without which it would have been over sooner. */
export function judgedTwo(seed: number): Judged {
  const chance = chanceOf(seed);
  const system = aSystem(seed);
  const [first, second] = [aFault(system, 'self', chance), aFault(system, 'self', chance)];
  const runWith = (words: Pick<Run, 'fault' | 'also'>) => run(system, { trace: `two ${seed}`, seed: seed + 7, ...words });
  const worse = lengthOf(runWith({ fault: first })) >= lengthOf(runWith({ fault: second })) ? first : second;
  const cause = firstCause(recordsOf(runWith({ fault: first, also: second })), NOTHING_USUAL);
  return { cause, right: names(cause, worse), admits: undefined };
}

const lengthOf = ([entry]: readonly SpanWords[]): number => (entry?.to ?? 0) - (entry?.from ?? 0);

/** By both conventions: who looks at callers finds the caller, who looks at callees finds the callee, and an edge has both. */
function names(cause: Cause | undefined, fault: Fault): boolean {
  if (!cause || cause.kind === 'unknown') return false;
  if (fault.at === 'self') return cause.service === fault.service;
  if (fault.at === 'caller') return (cause.edge?.caller ?? cause.service) === fault.service;
  const isCallee = (cause.edge?.callee ?? cause.service) === fault.service;
  return fault.at === 'edge' ? isCallee && cause.edge?.caller === fault.caller : isCallee;
}

export function judgedSlow(
  at: Fault['at'],
  seed: number,
  { isRed, hasHistory }: { isRed: boolean; hasHistory: boolean },
): Judged {
  const { system, fault, spans } = aSlowRun(at, seed, isRed);
  const usual = hasHistory ? usualOfSystem(system, seed) : NOTHING_USUAL;
  const gone = spans.filter((span) => span.parent !== undefined && fault.at === 'self' && span.service === fault.service);
  return {
    cause: firstCause(recordsOf(spans), usual),
    right: names(firstCause(recordsOf(spans), usual), fault),
    admits: gone.length === 0 ? undefined : admits(firstCauseWithout(recordsOf(spans), gone, usual)),
  };
}

function aFailedRun(seed: number): Failed {
  return failed(run(aSystem(seed), { trace: `failed ${seed}`, seed: seed + 7 }), chanceOf(seed));
}

export function judgedFailed(seed: number): Judged {
  const { spans, origin } = aFailedRun(seed);
  const cause = firstCause(recordsOf(spans), NOTHING_USUAL);
  return {
    cause,
    right: cause?.spanIds.includes(aSpanId(origin.id ?? '')) === true,
    admits: admits(firstCauseWithout(recordsOf(spans), [origin], NOTHING_USUAL)),
  };
}

/**
 * One fault in a transaction of which that part of the spans never came. A call is rightly named that the fault lies behind where it is
 * said that the other side was not seen.
 */
export function judgedWithLoss(what: 'failed' | 'slow', seed: number, lost: number): Judged {
  const chance = chanceOf(seed + 17);
  const { spans, service } = what === 'slow' ? slowWithin(seed) : failedWithin(seed);
  const kept = spans.filter(({ parent }) => parent === undefined || !chance.happens(lost));
  const cause = firstCause(recordsOf(kept), NOTHING_USUAL);
  const isNamed = cause?.service === service || cause?.edge?.callee === service;
  const right = cause?.kind !== 'unknown' && (isNamed || (isOfCall(cause) && admits(cause) && isBehind(service, cause, spans)));
  return { cause, right, admits: undefined };
}

type Within = { readonly spans: readonly SpanWords[]; readonly service: string | undefined };

function slowWithin(seed: number): Within {
  const { spans, fault } = aSlowRun('self', seed, false);
  return { spans, service: fault.service };
}

function failedWithin(seed: number): Within {
  const { spans, origin } = aFailedRun(seed);
  return { spans, service: origin.service };
}

const isOfCall = (cause: Cause | undefined): boolean => cause?.kind === 'slow-dependency' || cause?.kind === 'downstream-error';

function isBehind(service: string | undefined, cause: Cause | undefined, spans: readonly SpanWords[]): boolean {
  const byId = new Map(spans.map((span) => [span.id, span]));
  const isBelow = (span: SpanWords | undefined): boolean => {
    for (let at = span; at; at = at.parent === undefined ? undefined : byId.get(at.parent))
      if (cause?.spanIds.includes(aSpanId(at.id ?? ''))) return true;
    return false;
  };
  return spans.some((span) => span.service === service && isBelow(span));
}
