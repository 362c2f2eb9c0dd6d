import { seeded } from '../../src/local/shop/chance.ts';
import type { Span, Transaction } from '../../src/trace/transaction.ts';
import { micros } from '../../src/units.ts';

/** A fault told by the transactions of its time, beside those of a time when all was well. */
export type Told = { readonly window: readonly Transaction[]; readonly baseline: readonly Transaction[]; readonly truth: string };

/** The same fault, told otherwise: a rule holds if it does not care. */
type Perturbation = { readonly name: string; readonly of: (told: Told) => Told };

const half = (all: readonly Transaction[], from: 0 | 1): readonly Transaction[] => all.filter((_, i) => i % 2 === from);

const everywhere = ({ window, baseline, truth }: Told, change: (transaction: Transaction) => Transaction): Told => ({
  window: window.map(change),
  baseline: baseline.map(change),
  truth,
});

const spans = (transaction: Transaction, change: (span: Span) => Span): Transaction => ({
  ...transaction,
  spans: transaction.spans.map(change),
});

/** Every time is up to so much longer or shorter: noise of the log-normal kind. */
function jittered(told: Told, by: number): Told {
  const next = seeded(7);
  return everywhere(told, (transaction) =>
    spans(transaction, (span) => {
      const factor = Math.exp(by * (2 * next() - 1));
      return { ...span, self: micros(span.self * factor), critical: micros(span.critical * factor) };
    }),
  );
}

/** The same system on machines of another speed. */
const scaled = (told: Told, by: number): Told =>
  everywhere(told, (transaction) => ({
    ...spans(transaction, (span) => ({
      ...span,
      start: micros(transaction.start + by * (span.start - transaction.start)),
      duration: span.duration === undefined ? undefined : micros(by * span.duration),
      self: micros(by * span.self),
      critical: micros(by * span.critical),
    })),
    duration: micros(by * transaction.duration),
    criticalPath: transaction.criticalPath.map((section) => ({
      ...section,
      start: micros(transaction.start + by * (section.start - transaction.start)),
      end: micros(transaction.start + by * (section.end - transaction.start)),
    })),
  }));

/** Every word that anybody chose is another, drawn by chance: who fits names, or words in log lines, finds nothing any more. */
function renamed(told: Told): Told {
  const next = seeded(23);
  const known = new Map<string, string>();
  const letter = (like: string): string => String.fromCharCode((like < 'a' ? 65 : 97) + Math.floor(26 * next()));
  const word = (of: string): string => {
    const alias = known.get(of) ?? [...of].map(letter).join('');
    known.set(of, alias);
    return alias;
  };
  const all = (text: string): string => text.replace(/[A-Za-z]+/g, word);
  const change = (transaction: Transaction): Transaction => ({
    ...spans(transaction, (span) => ({
      ...span,
      service: all(span.service),
      operation: all(span.operation),
      error: span.error && { type: all(span.error.type), message: all(span.error.message) },
    })),
    service: all(transaction.service),
    name: all(transaction.name),
    logs: transaction.logs.map((log) => ({
      ...log,
      service: log.service === undefined ? undefined : all(log.service),
      body: all(log.body),
    })),
  });
  return { ...everywhere(told, change), truth: all(told.truth) };
}

const logs = (told: Told, change: (body: string) => string | undefined): Told =>
  everywhere(told, (transaction) => ({
    ...transaction,
    logs: transaction.logs.flatMap((log) => {
      const body = change(log.body);
      return body === undefined ? [] : [{ ...log, body }];
    }),
  }));

function thinned(told: Told, lost: number): Told {
  const next = seeded(11);
  return logs(told, (body) => (next() < lost ? undefined : body));
}

function sampled({ window, baseline, truth }: Told, lost: number): Told {
  const next = seeded(13);
  const isKept = (): boolean => next() >= lost;
  return { window: window.filter(isKept), baseline: baseline.filter(isKept), truth };
}

/** In an order that tells nothing. */
function shuffled({ window, baseline, truth }: Told): Told {
  const next = seeded(17);
  const mixed = <Item>(items: readonly Item[]): readonly Item[] =>
    items
      .map((item) => [next(), item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item);
  return { window: mixed(window), baseline: mixed(baseline), truth };
}

const A_DAY = 86_400_000_000;

const later = (told: Told): Told =>
  everywhere(told, (transaction) => ({
    ...spans(transaction, (span) => ({ ...span, start: micros(span.start + A_DAY) })),
    start: micros(transaction.start + A_DAY),
  }));

export const PERTURBATIONS: readonly Perturbation[] = [
  { name: 'every name and word another', of: renamed },
  { name: 'even half of the window', of: (told) => ({ ...told, window: half(told.window, 0) }) },
  { name: 'odd half of the window', of: (told) => ({ ...told, window: half(told.window, 1) }) },
  { name: 'even half of the baseline', of: (told) => ({ ...told, baseline: half(told.baseline, 0) }) },
  { name: 'odd half of the baseline', of: (told) => ({ ...told, baseline: half(told.baseline, 1) }) },
  { name: 'half of both', of: (told) => ({ ...told, window: half(told.window, 0), baseline: half(told.baseline, 1) }) },
  { name: 'a tenth of the transactions lost', of: (told) => sampled(told, 0.1) },
  { name: 'a third of the transactions lost', of: (told) => sampled(told, 0.3) },
  { name: 'in another order', of: shuffled },
  { name: 'a day later', of: later },
  { name: 'twice as fast', of: (told) => scaled(told, 0.5) },
  { name: 'twice as slow', of: (told) => scaled(told, 2) },
  { name: 'ten times as slow', of: (told) => scaled(told, 10) },
  { name: 'times jittered by up to e^0.5', of: (told) => jittered(told, 0.5) },
  { name: 'log lines without their place in the source', of: (told) => logs(told, (body) => body.replace(/#\d+/, '')) },
  { name: 'a tenth of the log lines lost', of: (told) => thinned(told, 0.1) },
  { name: 'a third of the log lines lost', of: (told) => thinned(told, 1 / 3) },
  { name: 'half of the log lines lost', of: (told) => thinned(told, 0.5) },
  { name: 'no logs', of: (told) => logs(told, () => undefined) },
];
