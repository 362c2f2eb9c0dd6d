import type { SpanRecord } from '../../src/telemetry/record.ts';
import { aSpan, type SpanWords } from '../trace/records.ts';
import { type Chance, chanceOf } from './chance.ts';

/** A step of an operation: what it does itself, then what it calls, all of those at once. Times in ms. */
type Step = { readonly own: number; readonly calls: readonly Operation[] };
export type Operation = { readonly service: string; readonly name: string; readonly steps: readonly Step[] };

/** What goes wrong in one transaction. */
export type Fault =
  | { readonly at: 'self'; readonly service: string; readonly ms: number }
  /** Every call that the service makes, every call that it is given, or the calls from one to another lie about for so long. */
  | { readonly at: 'caller'; readonly service: string; readonly ms: number }
  | { readonly at: 'callee'; readonly service: string; readonly ms: number }
  | { readonly at: 'edge'; readonly caller: string; readonly service: string; readonly ms: number };

/** A system of services, the first of them the entry; every service is called from one place, some of them twice from there. */
export function aSystem(seed: number): Operation {
  const chance = chanceOf(seed);
  const services = chance.whole(3, 12);
  const callees: number[][] = Array.from({ length: services }, () => []);
  for (let n = 1; n < services; n++) callees[chance.whole(Math.max(0, n - 4), n - 1)]?.push(n);
  return operationOf(0, callees, chance);
}

function operationOf(n: number, callees: readonly (readonly number[])[], chance: Chance): Operation {
  const steps: Step[] = [];
  for (const callee of callees[n] ?? []) {
    const called = operationOf(callee, callees, chance);
    const previous = steps.at(-1);
    // Now and then two calls go out together, or the same one twice in turn.
    if (previous && chance.happens(0.15)) steps[steps.length - 1] = { ...previous, calls: [...previous.calls, called] };
    else steps.push({ own: chance.between(1, 6), calls: [called] });
    if (chance.happens(0.15)) steps.push({ own: chance.between(1, 3), calls: [called] });
  }
  return { service: `s${n}`, name: `op ${n}`, steps: [...steps, { own: chance.between(1, 12), calls: [] }] };
}

export const operationsIn = (system: Operation): readonly Operation[] => [
  system,
  ...system.steps.flatMap(({ calls }) => calls.flatMap(operationsIn)),
];

export type Run = {
  readonly trace: string;
  readonly seed: number;
  readonly fault?: Fault;
  readonly also?: Fault;
  readonly at?: number;
};

/** One transaction through the system. */
export function run(system: Operation, { trace, seed, fault, also, at = 0 }: Run): readonly SpanWords[] {
  const chance = chanceOf(seed);
  const spans: SpanWords[] = [];
  let count = 0;
  const id = (): string => `${trace} ${count++}`;
  /** Gives when it ended. */
  const serve = (operation: Operation, from: number, parent: string | undefined): number => {
    const own = id();
    const place = spans.push({}) - 1;
    const slow = [fault, also].reduce(
      (sum, each) => sum + (each?.at === 'self' && each.service === operation.service ? each.ms : 0),
      0,
    );
    const last = operation.steps.reduce((now, step, n) => {
      const called = now + step.own * chance.between(0.8, 1.3) + (n === 0 ? slow : 0);
      return Math.max(called, ...step.calls.map((callee) => call(operation, callee, called, own)));
    }, from);
    const { service, name } = operation;
    spans[place] = { trace, id: own, parent, service, operation: name, spanKind: 'server', from, to: last };
    return last;
  };
  const call = (caller: Operation, callee: Operation, from: number, parent: string): number => {
    const own = id();
    const place = spans.push({}) - 1;
    const out = from + chance.between(0.3, 2) + lost(caller, callee);
    const last = serve(callee, out, own) + chance.between(0.2, 1);
    const operation = `call ${callee.name}`;
    spans[place] = { trace, id: own, parent, service: caller.service, operation, spanKind: 'client', from, to: last };
    return last;
  };
  const lost = (caller: Operation, callee: Operation): number => {
    if (fault === undefined || fault.at === 'self') return 0;
    const ends = { caller: caller.service, callee: callee.service };
    const isHit =
      fault.at === 'edge' ? fault.service === ends.callee && fault.caller === ends.caller : fault.service === ends[fault.at];
    return isHit ? fault.ms : 0;
  };
  serve(system, at, undefined);
  return spans;
}

export const recordsOf = (spans: readonly SpanWords[]): readonly SpanRecord[] => spans.map(aSpan);

/** Somewhere a service answers 500 and says nothing more, and its callers pass it on: as it does when all is well. */
export function reddened(spans: readonly SpanWords[], chance: Chance): readonly SpanWords[] {
  const red = new Set<string>();
  const attributes = { 'http.response.status_code': 500 };
  const servers = spans.filter(({ spanKind }) => spanKind === 'server');
  for (let at = chance.of(servers).id; at !== undefined; at = spans.find(({ id }) => id === at)?.parent) red.add(at);
  return spans.map((span) => (red.has(span.id ?? '') ? { ...span, status: 'error' as const, attributes } : span));
}

export type Failed = { readonly spans: readonly SpanWords[]; readonly origin: SpanWords };

/** Something fails with words of its own, and its callers pass that on: some with a code only, some calls without a mark. */
export function failed(spans: readonly SpanWords[], chance: Chance): Failed {
  const origin = chance.of(spans.slice(1));
  const error = {
    type: chance.of(['CardDeclined', 'TypeError', 'ThrottlingException', 'AccessDenied', 'ConnectionReset']),
    message: 'as it says',
  };
  const above = new Set<string>();
  for (let at = origin.parent; at !== undefined; at = spans.find(({ id }) => id === at)?.parent) above.add(at);
  const bare = { status: 'error' as const, attributes: { 'http.response.status_code': 500 } };
  return {
    origin,
    spans: spans.map((span) => {
      if (span === origin) return { ...span, status: 'error' as const, error };
      if (!above.has(span.id ?? '') || (span.spanKind === 'client' && chance.happens(0.2))) return span;
      return { ...span, ...bare };
    }),
  };
}
