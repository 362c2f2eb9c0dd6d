import { sceneOf } from '../../jobs/look.ts';
import { learned } from '../../src/diagnosis/learn.ts';
import { windowCauses } from '../../src/diagnosis/window.ts';
import type { Transaction } from '../../src/trace/transaction.ts';
import { type Minute, minutes, normals } from './nezha.ts';
import { PERTURBATIONS, type Told } from './perturbations.ts';

/**
 * How often the right service is named first, or among the first three or five, over a window of transactions against one normal
 * minute: Nezha's TrainTicket under injected faults (traces and logs, no metrics), strict ranks over distinct services.
 * TRACEFALL_CORPUS names the recordings.
 */
export function printWindows(): void {
  console.log(`${'AS@k, %'.padEnd(48)}   n     1     3     5`);
  const recorded = resultsOf((minute) => told(minute, ownDay(minute)));
  print('against the normal minute of its day', recorded);
  by(recorded, ({ fault }) => fault);
  by(recorded, ({ day }) => day);
  const others = [
    resultsOf((minute) => told(minute, otherDay(minute))),
    resultsOf((minute) => told(minute, [...normals.values()].flat())),
  ] as const;
  print('against that of the other day', others[0]);
  print('against those of both days', others[1]);
  const perturbed = PERTURBATIONS.map(({ name, of }) => {
    const results = resultsOf((minute) => of(told(minute, ownDay(minute))));
    print(name, results);
    return results;
  });
  console.log('\nconfidence, as recorded');
  calibration(recorded);
  console.log('confidence, over all of these');
  calibration([...others, ...perturbed].flat());
  console.log('\nfalse alarms');
  falseAlarms();
  console.log('\ncost');
  cost();
}

type Result = { readonly minute: Minute; readonly rank: number; readonly confidence: number; readonly rightFirst: boolean };

const told = ({ window, truth }: Minute, baseline: readonly Transaction[]): Told => ({ window, baseline, truth });
const ownDay = ({ day }: Minute): readonly Transaction[] => normals.get(day) ?? [];
const otherDay = ({ day }: Minute): readonly Transaction[] => [...normals].find(([name]) => name !== day)?.[1] ?? [];

/** As `tracefall inspect` comes to them. */
function causesIn(window: readonly Transaction[], baseline: readonly Transaction[]) {
  const usual = learned(baseline);
  return windowCauses({ judged: window.map((transaction) => sceneOf(transaction, usual, [])), baseline, events: [] });
}

const resultsOf = (of: (minute: Minute) => Told): readonly Result[] => minutes.map((minute) => resultOf(minute, of(minute)));

function resultOf(minute: Minute, { window, baseline, truth }: Told): Result {
  const causes = causesIn(window, baseline);
  const rank = causes.findIndex(({ service }) => service === truth) + 1;
  return {
    minute,
    rank: rank === 0 ? Number.POSITIVE_INFINITY : rank,
    confidence: causes[0]?.confidence ?? 0,
    rightFirst: rank === 1,
  };
}

const percentAt = (results: readonly Result[], k: number): string =>
  `${((100 * results.filter(({ rank }) => rank <= k).length) / results.length).toFixed(1)}`.padStart(6);

function print(name: string, results: readonly Result[]): void {
  console.log(`${name.padEnd(48)}${String(results.length).padStart(4)}${[1, 3, 5].map((k) => percentAt(results, k)).join('')}`);
}

function by(results: readonly Result[], of: (minute: Minute) => string): void {
  for (const name of [...new Set(results.map(({ minute }) => of(minute)))].sort())
    print(
      `  ${name}`,
      results.filter(({ minute }) => of(minute) === name),
    );
}

/** Of the causes said first with a confidence in this bin, how many were right. */
function calibration(results: readonly Result[]): void {
  for (const [from, to] of [
    [0, 0.35],
    [0.35, 0.55],
    [0.55, 0.8],
    [0.8, 1.01],
  ] as const) {
    const inside = results.filter(({ confidence }) => confidence >= from && confidence < to);
    const mean = inside.reduce((sum, { confidence }) => sum + confidence, 0) / Math.max(1, inside.length);
    const right = inside.filter(({ rightFirst }) => rightFirst).length;
    console.log(
      `  ${from.toFixed(2)} to ${Math.min(1, to).toFixed(2)}: ${right} of ${inside.length} right, said ${mean.toFixed(2)} on average`,
    );
  }
}

/** Parts of a normal minute against its rest: every cause is a false alarm. */
function falseAlarms(): void {
  const parts = [...normals].flatMap(([day, all]) =>
    [2, 3, 4].flatMap((n) =>
      Array.from({ length: n }, (_, part) => ({
        name: `${day} every ${n}, from ${part}`,
        window: all.filter((_transaction, i) => i % n === part),
        rest: all.filter((_transaction, i) => i % n !== part),
      })),
    ),
  );
  const halves = [...normals].flatMap(([day, all]) => {
    const middle = all.length >> 1;
    const [first, second] = [all.slice(0, middle), all.slice(middle)];
    return [
      { name: `${day} second half`, window: second, rest: first },
      { name: `${day} first half`, window: first, rest: second },
    ];
  });
  const said = [...parts, ...halves].map(({ name, window, rest }) => ({ name, cause: causesIn(window, rest)[0] }));
  for (const { name, cause } of said.filter((each) => (each.cause?.confidence ?? 0) >= 0.35))
    console.log(`  ${name}: ${cause?.confidence} ${cause?.summary}`);
  const over = (least: number) => said.filter(({ cause }) => (cause?.confidence ?? 0) >= least).length;
  console.log(
    `  of ${said.length} parts of normal minutes: ${over(0.01)} with any cause, ${over(0.35)} possible, ${over(0.55)} likely, ${over(0.8)} very likely`,
  );
}

/** What a window costs, against reading each of its log lines once with the regular expression of an id. */
function cost(): void {
  const window = minutes.flatMap((minute) => minute.window);
  const [baseline = []] = normals.values();
  const spans = window.reduce((sum, transaction) => sum + transaction.spans.length, 0);
  const lines = window.flatMap(({ logs }) => logs.map(({ body }) => body));
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    causesIn(window, baseline);
    const middle = performance.now();
    for (const line of lines) line.replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '');
    return [middle - start, performance.now() - middle] as const;
  });
  const [whole = 0, reading = 1] = [0, 1].map((i) => times.map((pair) => pair[i] ?? 0).sort((a, b) => a - b)[2] ?? 0);
  console.log(
    `${spans} spans and ${lines.length} lines of log: ${Math.round(whole)} ms, ${(whole / reading).toFixed(1)} times reading the lines`,
  );
}
