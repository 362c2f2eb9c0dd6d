import type { Attributes } from '../telemetry/record.ts';
import { grouped } from '../trace/grouped.ts';

/** Something that failures have and healthy ones have not. */
export type Contrast = {
  readonly key: string;
  readonly value: string;
  readonly failing: { readonly having: number; readonly of: number };
  readonly healthy: { readonly having: number; readonly of: number };
  /** How likely chance alone does as much, at any of the attributes looked at. */
  readonly chance: number;
  /** Attributes that part the same ones. */
  readonly aliases: readonly string[];
};

/** What one transaction shows: the attributes of those of its spans that are compared. */
export type Shown = readonly Attributes[];

/** Fewer failures may have anything in common. */
export const LEAST_FAILURES = 5;
/** Nearly all failures have it: another share is another story. */
const LEAST_SHARE = 0.9;
/** An attribute that nearly everybody has is no contrast, however many look. */
const MOST_HEALTHY = 0.5;
/** After Bonferroni's correction for all that was looked at. */
const LARGEST_CHANCE = 0.001;
/** An attribute with more values is an id, not a trait. */
const VALUES = 64;
/** These tell of the failure itself, of time, or of one span alone. */
const NO_TRAIT =
  /^(?:error|exception|otel\.|http\.(?:response\.)?status|status|aws\.xray\.(?:fault|error|throttle)|rpc\.\w+\.?status|retry\.|aws\.throttle|thread\.|code\.line|service\.(?:name|instance\.id)$)|(?:^|[._])(?:duration|elapsed|latency|timestamp|trace_?id|span_?id|request_?id|response|outcome|result|success)(?:$|[._])/i;

/**
 * What sets failures apart: Fisher's exact test of every attribute's value, one-sided, corrected for their number. The clearest first;
 * of those that part alike, one, the others beside it.
 */
export function contrast(failing: readonly Shown[], healthy: readonly Shown[]): readonly Contrast[] {
  if (failing.length < LEAST_FAILURES || healthy.length === 0) return [];
  const traits = traitsOf([...failing, ...healthy], failing.length);
  const clear = traits.flatMap((trait): Candidate[] => {
    const having = trait.by.filter((i) => i < failing.length).length;
    const tally = {
      failing: { having, of: failing.length },
      healthy: { having: trait.by.length - having, of: healthy.length },
    };
    const chance = Math.min(1, Math.exp(fisher(tally)) * traits.length);
    const isClear =
      trait.isCommon && having >= LEAST_SHARE * failing.length && tally.healthy.having <= MOST_HEALTHY * healthy.length;
    return isClear && chance <= LARGEST_CHANCE ? [{ ...trait, ...tally, chance }] : [];
  });
  return [...grouped(clear, ({ by }) => by.join()).values()].flatMap(united).sort((a, b) => a.chance - b.chance);
}

/** `all 12 failures have version = 42; 0 of 140 healthy ones do` */
export function spelledContrast({ key, value, failing, healthy, aliases }: Contrast, who: string): string {
  const all = failing.having === failing.of ? `all ${failing.of} ${who} have` : `${failing.having} of ${failing.of} ${who} have`;
  const alike =
    aliases.length === 0 ? '' : ` (${aliases.slice(0, 3).join(', ')} ${aliases.length === 1 ? 'says' : 'say'} the same)`;
  return `${all} ${key} = ${value}; ${healthy.having} of ${healthy.of} healthy ones do${alike}`;
}

type Trait = {
  readonly key: string;
  readonly value: string;
  readonly by: readonly number[];
  /** Healthy ones tell of it too, whatever their value: what nobody but failures tells of may follow from failing. */
  readonly isCommon: boolean;
};
type Candidate = Trait & Pick<Contrast, 'failing' | 'healthy' | 'chance'>;

/** The first so many of them are failures. */
function traitsOf(all: readonly Shown[], failing: number): readonly Trait[] {
  const byKey = new Map<string, Map<string, number[]>>();
  all.forEach((shown, i) => {
    for (const [key, value] of shown.flatMap((attributes) => Object.entries(attributes))) {
      if (NO_TRAIT.test(key)) continue;
      const values = byKey.get(key) ?? new Map<string, number[]>();
      byKey.set(key, values);
      const by = values.get(String(value)) ?? [];
      values.set(String(value), by);
      if (by.at(-1) !== i) by.push(i);
    }
  });
  const traits = [...byKey].filter(([, values]) => values.size <= VALUES);
  return traits.flatMap(([key, values]) => {
    const isCommon = [...values.values()].some((by) => by.some((i) => i >= failing));
    return [...values].map(([value, by]) => ({ key, value, by, isCommon }));
  });
}

/** What people release, and where it runs, tells more than what follows from it. */
export const TELLING = [
  /version|release|commit|image|build/i,
  /region|zone|cluster|host|node|pod|instance/i,
  /tenant|customer|plan|flag/i,
] as const;

function united(alike: readonly Candidate[]): readonly Contrast[] {
  const rank = ({ key }: Candidate): number =>
    (TELLING.findIndex((words) => words.test(key)) + TELLING.length + 1) % (TELLING.length + 1);
  const [first, ...others] = alike.toSorted((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : 1));
  if (!first) return [];
  const { key, value, failing, healthy, chance } = first;
  return [{ key, value, failing, healthy, chance, aliases: others.map((other) => other.key) }];
}

/** ln of the chance that so many or more of those who have it are failures: the tail of the hypergeometric distribution. */
function fisher({ failing, healthy }: Pick<Contrast, 'failing' | 'healthy'>): number {
  const having = failing.having + healthy.having;
  const whole = lnChoose(failing.of + healthy.of, having);
  let tail = 0;
  for (let k = failing.having; k <= Math.min(failing.of, having); k++) {
    if (having - k <= healthy.of) tail += Math.exp(lnChoose(failing.of, k) + lnChoose(healthy.of, having - k) - whole);
  }
  return Math.log(tail);
}

const lnChoose = (n: number, k: number): number => lnFactorial(n) - lnFactorial(k) - lnFactorial(n - k);

/** Exact sums while they are short, then Stirling's series, whose error is below 1e-10 there. */
function lnFactorial(n: number): number {
  if (n < 32) return Array.from({ length: n }, (_, i) => Math.log(i + 1)).reduce((sum, ln) => sum + ln, 0);
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);
}
