import { sceneOf } from '../../jobs/look.ts';
import type { Cause } from '../../src/diagnosis/cause.ts';
import { learned } from '../../src/diagnosis/learn.ts';
import type { UsualByOperation } from '../../src/diagnosis/usual.ts';
import { windowCauses } from '../../src/diagnosis/window.ts';
import { assemble } from '../../src/trace/assemble.ts';
import type { Transaction } from '../../src/trace/transaction.ts';
import { type Chance, chanceOf } from './chance.ts';
import { aTown, aTownFault, callees, type Shape, type Town, type TownFault } from './towns.ts';
import { walked } from './walks.ts';

/** Made-up towns under a fault, one transaction or a minute of them, told as different tracers do. */

type Fate = { readonly shape: Shape; readonly town: Town; readonly fault: TownFault };
export type TownCase = Fate & {
  readonly name: string;
  readonly window: readonly Transaction[];
  readonly baseline: readonly Transaction[];
};

const NORMAL = 80;
const UNDER_FAULT = 40;

function fateOf(shape: Shape, kind: TownFault['kind'], chance: Chance): Fate | undefined {
  const town = aTown(shape, chance);
  const fault = aTownFault(town, kind, chance);
  return fault && { shape, town, fault };
}

function minute({ town }: Fate, transactions: number, fault: TownFault | undefined, name: string, chance: Chance) {
  const records = Array.from({ length: transactions }, (_, n) =>
    walked(town, { entry: chance.of(town.entries), trace: `${name} ${n}`, fault, chance, begin: n * 5_000 }),
  );
  return assemble(records.flat()).transactions;
}

export function townCase(shape: Shape, kind: TownFault['kind'], seed: number): TownCase | undefined {
  const chance = chanceOf(seed);
  const fate = fateOf(shape, kind, chance);
  if (!fate) return undefined;
  const baseline = minute(fate, NORMAL, undefined, `normal ${seed}`, chance);
  return {
    ...fate,
    name: `${shape} ${kind} ${seed}`,
    baseline,
    window: minute(fate, UNDER_FAULT, fate.fault, `fault ${seed}`, chance),
  };
}

/** Those that make a transaction slow, and let it go well. */
export const DELAYS = ['cpu', 'pool', 'network', 'edge', 'store'] as const;

export type SlowCase = Fate & { readonly name: string; readonly slow: Transaction; readonly usual: UsualByOperation };

const TRIES = 40;

/** One transaction that the fault made longer by about as much as it costs. */
export function slowCase(shape: Shape, kind: TownFault['kind'], seed: number, hasHistory: boolean): SlowCase | undefined {
  const chance = chanceOf(seed);
  const fate = fateOf(shape, kind, chance);
  if (!fate) return undefined;
  const fault = { ...fate.fault, share: 1, ms: chance.between(300, 3_000) };
  for (let n = 0; n < TRIES; n++) {
    const entry = chance.of(fate.town.entries);
    const [slow, well] = [fault, undefined].map((each) => {
      const records = walked(fate.town, { entry, trace: `slow ${seed}`, fault: each, chance: chanceOf(seed + n), begin: 0 });
      return assemble(records).transactions[0];
    });
    if (!slow || !well || slow.duration - well.duration < 900 * fault.ms) continue;
    const usual = hasHistory ? learned(minute(fate, NORMAL, undefined, `normal ${seed}`, chance)) : new Map();
    return { ...fate, fault, name: `${shape} ${kind} ${seed}`, slow, usual };
  }
  return undefined;
}

export const firstOf = ({ slow, usual }: SlowCase): Cause | undefined => sceneOf(slow, usual, []).causes[0];

/** By the convention that fits what is traced: whoever is blamed, an edge is told with both ends. */
export function isTrue(cause: Cause | undefined, of: Fate): boolean {
  const { fault, shape } = of;
  if (!cause || cause.kind === 'unknown') return false;
  const { service, caller, kind } = fault;
  if ([cause.service, cause.edge?.callee, kind === 'network' ? cause.edge?.caller : undefined].includes(service)) return true;
  if (kind === 'edge' && (cause.service === caller || cause.edge?.caller === caller)) return true;
  return shape === 'servers' && UNSEEN.includes(kind) && isCallerOf(cause.service, of);
}

/** Where only servers are traced, what happens on the way to one is seen at its callers. */
const UNSEEN: readonly TownFault['kind'][] = ['network', 'pool', 'retry'];

const isCallerOf = (caller: string, { fault, town }: Fate): boolean =>
  town.ops.some((op) => op.service === caller && callees(op).some(({ service }) => service === fault.service));

export function windowOf({ window, baseline }: TownCase): readonly Cause[] {
  const usual = learned(baseline);
  return windowCauses({ judged: window.map((transaction) => sceneOf(transaction, usual, [])), baseline, events: [] });
}
