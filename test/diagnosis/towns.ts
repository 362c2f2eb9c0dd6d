import type { Chance } from './chance.ts';

/** What of a system is traced: both sides of a call, with or without their kinds, one of them, or Lambda functions as X-Ray draws them. */
export const SHAPES = ['both', 'kindless', 'servers', 'clients', 'lambda'] as const;
export type Shape = (typeof SHAPES)[number];

type Call = { readonly to: Op | Store; readonly share: number };
export type Store = { readonly store: string; readonly name: string; readonly takes: number };
export type Step = { readonly own: number; readonly says: string; readonly calls: readonly Call[] };
/** One of the operations of a service: what it does in turn, the calls of one step all at once. Times in ms. */
export type Op = { readonly service: string; readonly name: string; readonly steps: readonly Step[] };

export type Town = {
  readonly shape: Shape;
  /** Whether spans say that they failed; else only logs do. */
  readonly marks: boolean;
  /** Whether a caller passes an error on; else it catches it and goes on. */
  readonly passesOn: boolean;
  readonly entries: readonly Op[];
  readonly ops: readonly Op[];
};

const SYLLABLES = ['ka', 'lo', 'mi', 'ru', 'te', 'so', 'na', 'vi', 'pe', 'du', 'gra', 'fen', 'bol', 'zu'] as const;
const word = (chance: Chance): string => Array.from({ length: chance.whole(2, 3) }, () => chance.of(SYLLABLES)).join('');

/** Services of one to three operations each, in layers: an operation calls what lies deeper, and so do others. */
export function aTown(shape: Shape, chance: Chance): Town {
  const services = Array.from({ length: chance.whole(6, 16) }, (_, n) => `${word(chance)}-${n}`);
  const ops: Op[] = [];
  const entryServices = chance.whole(1, 2);
  for (const [n, service] of [...services.entries()].reverse()) {
    const deeper = ops.filter((op) => Number(op.service.split('-')[1]) > n);
    const near = deeper.slice(-8);
    const many = n < entryServices ? chance.whole(2, 3) : chance.whole(1, 3);
    for (let k = 0; k < many; k++) ops.push(anOp(service, near, chance));
  }
  return {
    shape,
    marks: chance.happens(0.6),
    passesOn: chance.happens(0.6),
    entries: ops.filter(({ service }) => services.indexOf(service) < entryServices),
    ops,
  };
}

function anOp(service: string, deeper: readonly Op[], chance: Chance): Op {
  const store: Store = {
    store: `${service} table`,
    name: `${chance.of(['get', 'put', 'query'])} ${word(chance)}`,
    takes: chance.between(2, 15),
  };
  const steps = Array.from({ length: chance.whole(1, 3) }, (): Step => {
    const to = deeper.length > 0 && chance.happens(0.75) ? [chance.of(deeper)] : [];
    const beside = to.length > 0 && chance.happens(0.2) ? [chance.of(deeper)] : [];
    const stores = chance.happens(0.3) ? [store] : [];
    const calls = [...to, ...beside, ...stores].map((each) => ({
      to: each,
      share: chance.happens(0.75) ? 1 : chance.between(0.2, 0.8),
    }));
    return { own: chance.between(0.5, 12), says: `${word(chance)} ${word(chance)} # for ${word(chance)}`, calls };
  });
  return { service, name: `${chance.of(['GET', 'POST'])} /${word(chance)}/${word(chance)}`, steps };
}

export const FAULTS = ['cpu', 'pool', 'network', 'edge', 'return', 'exception', 'config', 'store', 'retry'] as const;
/** What goes wrong, of the operations `ops` of one service; `caller`: only for that one. */
export type TownFault = {
  readonly kind: (typeof FAULTS)[number];
  readonly service: string;
  readonly op: Op;
  readonly step: number;
  readonly caller: string | undefined;
  readonly ms: number;
  /** How often it hits. */
  readonly share: number;
};

export const isStore = (to: Op | Store): to is Store => 'store' in to;
export const callees = (op: Op): readonly Op[] =>
  op.steps.flatMap(({ calls }) => calls.flatMap(({ to }) => (isStore(to) ? [] : [to])));

/** All operations that transactions come by, once each. */
function reached(town: Town): readonly Op[] {
  const seen = new Set<Op>();
  const rest = [...town.entries];
  for (let op = rest.pop(); op; op = rest.pop()) {
    if (seen.has(op)) continue;
    seen.add(op);
    rest.push(...callees(op));
  }
  return [...seen];
}

/** undefined: nobody in this town can have such a fault. */
export function aTownFault(town: Town, kind: TownFault['kind'], chance: Chance): TownFault | undefined {
  const ops = reached(town);
  const called = ops.filter((op) => !town.entries.includes(op));
  const can: Partial<Record<TownFault['kind'], readonly Op[]>> = {
    cpu: ops,
    return: ops.filter(({ steps }) => steps.length > 1),
    exception: ops,
    config: ops.filter((op) => callees(op).length > 0),
    store: ops.filter(({ steps }) => steps.some(({ calls }) => calls.some(({ to, share }) => isStore(to) && share > 0.5))),
  };
  const hit = can[kind] ?? called;
  if (hit.length === 0) return undefined;
  const op = chance.of(hit);
  const callers = ops.filter((each) => callees(each).includes(op));
  const steps = op.steps.map((_, n) => n).filter((n) => kind !== 'config' || op.steps[n]?.calls.some(({ to }) => !isStore(to)));
  return {
    ...{
      kind,
      service: op.service,
      op,
      ms: chance.between(80, 1_500),
      share: chance.happens(0.7) ? 1 : chance.between(0.3, 0.9),
    },
    step: kind === 'return' ? chance.whole(1, op.steps.length - 1) : chance.of(steps),
    caller: kind === 'edge' && callers.length > 0 ? chance.of(callers).service : undefined,
  };
}
