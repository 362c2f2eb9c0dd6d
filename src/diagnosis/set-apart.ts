import type { Attributes, AttributeValue } from '../telemetry/record.ts';
import type { Transaction } from '../trace/transaction.ts';
import { contrast, LEAST_FAILURES, type Shown, spelledContrast, TELLING } from './contrast.ts';
import { keyOfEntry } from './usual.ts';

/** People act on the first, and doubt it for the second. */
const MOST_FACTS = 2;
/** A longer text is a statement or a payload, and no trait. */
const VALUE_CHARACTERS = 100;
/** So many more are known than when they were last compared. */
const GROWN = 1.5;

/** Whether it is worth the effort to hold the transactions of an incident against healthy ones: `compared`, so many of them were before. */
export const isWorthComparing = (known: number, compared: number): boolean =>
  known >= LEAST_FAILURES && known >= GROWN * compared;

type Compared = {
  /** Transactions that enter otherwise are others, whatever they have in common. */
  readonly entry: string;
  readonly outcome: 'failed' | 'slow';
  readonly bad: readonly Transaction[];
  readonly good: readonly Transaction[];
};

/** What the transactions of an incident have and healthy ones of the same time have not, in sentences. */
export function setApart({ entry, outcome, bad, good }: Compared): readonly string[] {
  const [these, others] = [bad, good].map((all) => all.filter((one) => keyOfEntry(one) === entry).map(shownBy));
  const found = contrast(these ?? [], others ?? []).slice(0, MOST_FACTS);
  return found.map((each) => spelledContrast(each, outcome === 'slow' ? 'slow ones looked at' : 'failures looked at'));
}

/** All that the entry says of itself, and where and in which version everybody else runs: their other attributes are about one call. */
function shownBy({ spans }: Transaction): Shown {
  const [entry] = spans;
  return spans.map(({ service, attributes }) => {
    const isEntrys = service === entry?.service;
    const told = Object.entries(attributes).filter(([key, value]) => isShort(value) && (isEntrys || isTelling(key)));
    return Object.fromEntries(isEntrys ? told : told.map(([key, value]) => [`${service} ${key}`, value])) satisfies Attributes;
  });
}

const isShort = (value: AttributeValue): boolean => String(value).length <= VALUE_CHARACTERS;

const isTelling = (key: string): boolean => TELLING.some((words) => words.test(key));
