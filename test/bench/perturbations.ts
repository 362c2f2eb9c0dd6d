import { seeded } from '../../src/local/shop/chance.ts';
import type { Span, Transaction } from '../../src/trace/transaction.ts';
import { micros } from '../../src/units.ts';
import { type Minute, normals } from './nezha.ts';

/** The same fault, told otherwise: a rule holds if it does not care. */
type Perturbation = { readonly name: string; readonly of: (minute: Minute) => Told };
type Told = { readonly window: readonly Transaction[]; readonly baseline: readonly Transaction[]; readonly truth: string };

const recorded = ({ window, day, truth }: Minute): Told => ({ window, baseline: normals.get(day) ?? [], truth });

const otherDay = (day: string): readonly Transaction[] => [...normals].find(([name]) => name !== day)?.[1] ?? [];

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

/** Names without meaning, in another order of the alphabet. */
function renamed(told: Told): Told {
  const alias = (service: string): string =>
    [...service].map((letter) => String.fromCharCode(219 - letter.charCodeAt(0))).join('');
  const change = (transaction: Transaction): Transaction => ({
    ...spans(transaction, (span) => ({ ...span, service: alias(span.service) })),
    logs: transaction.logs.map((log) => ({ ...log, service: log.service === undefined ? undefined : alias(log.service) })),
  });
  return { ...everywhere(told, change), truth: alias(told.truth) };
}

const logs = (told: Told, change: (body: string) => string | undefined): Told =>
  everywhere(told, (transaction) => ({
    ...transaction,
    logs: transaction.logs.flatMap((log) => {
      const body = change(log.body);
      return body === undefined ? [] : [{ ...log, body }];
    }),
  }));

export const PERTURBATIONS: readonly Perturbation[] = [
  { name: 'as recorded', of: recorded },
  { name: 'services renamed', of: (minute) => renamed(recorded(minute)) },
  { name: 'baseline of the other day', of: (minute) => ({ ...recorded(minute), baseline: otherDay(minute.day) }) },
  { name: 'baseline of both days', of: (minute) => ({ ...recorded(minute), baseline: [...normals.values()].flat() }) },
  { name: 'even half of the window', of: (minute) => ({ ...recorded(minute), window: half(minute.window, 0) }) },
  { name: 'odd half of the window', of: (minute) => ({ ...recorded(minute), window: half(minute.window, 1) }) },
  {
    name: 'even half of the baseline',
    of: (minute) => ({ ...recorded(minute), baseline: half(normals.get(minute.day) ?? [], 0) }),
  },
  {
    name: 'odd half of the baseline',
    of: (minute) => ({ ...recorded(minute), baseline: half(normals.get(minute.day) ?? [], 1) }),
  },
  {
    name: 'half of both',
    of: (minute) => ({ ...recorded(minute), window: half(minute.window, 0), baseline: half(normals.get(minute.day) ?? [], 1) }),
  },
  { name: 'times jittered by up to e^0.5', of: (minute) => jittered(recorded(minute), 0.5) },
  {
    name: 'log lines without their place in the source',
    of: (minute) => logs(recorded(minute), (body) => body.replace(/#\d+/, '')),
  },
  { name: 'a third of the log lines lost', of: (minute) => thinned(recorded(minute)) },
  { name: 'no logs', of: (minute) => logs(recorded(minute), () => undefined) },
];

function thinned(told: Told): Told {
  const next = seeded(11);
  return logs(told, (body) => (next() < 1 / 3 ? undefined : body));
}
