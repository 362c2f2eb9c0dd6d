import { writeFile } from 'node:fs/promises';
import { seeded } from '../../src/local/shop/chance.ts';
import { type Failure, logsEndpoint, REQUESTS_PER_SECOND } from './logs-endpoint.ts';
import { naiveScans, PERIOD_MS } from './naive-scan.ts';
import { plotted } from './polling-plot.ts';
import { BATCH_SPANS, type Pushed, pushed } from './pushed.ts';

const SIZES = [50, 500, 5_000] as const;
const HOUR_MS = 3_600_000;
const HOURS_A_MONTH = 730;
/** Failing runs of each function in an hour, and all of its runs: assumptions, the same for every design. */
const FAILURES_AN_HOUR = 1;
const RUNS_AN_HOUR = 1_000;
/** Transaction Search writes each span when it begins and when it ends. */
const SPANS_A_RUN = 2;

/**
 * us-east-1, arm64, first tier, as pages that quote https://aws.amazon.com/lambda/pricing/ agree (2026-11-22; its own table could not be read). Taken to cost
 * nothing: FilterLogEvents, and what a subscription delivers to Lambda. Log lines and spans are charged when they are written, whoever reads them.
 */
const USD_PER_GB_SECOND = 0.0000133334;
const USD_PER_REQUEST = 0.0000002;
const MEMORY_GB = 0.5;
/**
 * A function has one processor at 1,769 MB and a share of it below: what takes a millisecond of ours takes so many there. Some milliseconds of
 * waiting for Redis come on top; a scan only waits. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const SLOWER = 1_769 / 512;

const DESIGNS = ['scan every 5 min', 'pushed: failures', 'pushed: and all spans'] as const;
type Row = {
  readonly design: (typeof DESIGNS)[number];
  readonly functions: number;
  readonly calls: number;
  readonly throttled: number;
  readonly bytes: number;
  readonly missed: number;
  readonly delayP50S: number;
  readonly delayP95S: number;
  readonly usdAMonth: number;
};

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
const delays = (ms: readonly number[]) => ({ delayP50S: percentile(ms, 0.5) / 1_000, delayP95S: percentile(ms, 0.95) / 1_000 });

const usdAMonth = (invocationsAnHour: number, billedMsAnHour: number): number =>
  HOURS_A_MONTH * (invocationsAnHour * USD_PER_REQUEST + (billedMsAnHour / 1_000) * MEMORY_GB * USD_PER_GB_SECOND);

function failuresOf(groups: readonly string[], chance: () => number): readonly Failure[] {
  const failures = groups.flatMap((group) =>
    Array.from({ length: FAILURES_AN_HOUR }, () => ({ group, at: Math.floor(chance() * HOUR_MS) })),
  );
  return failures.toSorted((a, b) => a.at - b.at);
}

async function scanned(functions: number): Promise<Row> {
  const chance = seeded(functions);
  const groups = Array.from({ length: functions }, (_, n) => `/aws/lambda/function-${n}`);
  const failures = failuresOf(groups, chance);
  const endpoint = await logsEndpoint(failures);
  const seen = await naiveScans(endpoint, { groups, untilMs: HOUR_MS, chance });
  await endpoint.close();
  // What came in the last minutes could not be seen yet by anybody.
  const due = failures.filter(({ at }) => at < HOUR_MS - PERIOD_MS).length;
  return {
    ...{ design: DESIGNS[0], functions, ...endpoint.counted, missed: Math.max(0, due - seen.delays.length) },
    ...{ ...delays(seen.delays), usdAMonth: usdAMonth(HOUR_MS / PERIOD_MS, seen.scanMs) },
  };
}

/** What was measured of one delivery, times the deliveries of an hour. */
function ours(functions: number, { logsMs, spansMs, logsDelaysMs, spansDelaysMs, calls }: Pushed): readonly Row[] {
  const failures = functions * FAILURES_AN_HOUR;
  const batches = (functions * RUNS_AN_HOUR * SPANS_A_RUN) / BATCH_SPANS;
  const lines = usdAMonth(failures, failures * logsMs * SLOWER);
  const spans = usdAMonth(batches, batches * spansMs * SLOWER);
  const same = { functions, calls, throttled: 0, bytes: 0, missed: 0 };
  return [
    { ...same, ...delays(logsDelaysMs), design: DESIGNS[1], usdAMonth: lines },
    { ...same, ...delays(spansDelaysMs), design: DESIGNS[2], usdAMonth: lines + spans },
  ];
}

const number = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 0 });
const line = (row: Row): string => {
  const after = row.design === DESIGNS[0] ? '' : 'delivery + ';
  return `| ${[
    ...[number(row.functions), row.design, number(row.calls), number(row.throttled), `${number(row.bytes / 1_000)} kB`],
    ...[`${after}${number(row.delayP50S)} s / ${number(row.delayP95S)} s`, number(row.missed), `$${row.usdAMonth.toFixed(2)}`],
  ].join(' | ')} |`;
};

const measured = await pushed();
const rows: Row[] = [];
for (const functions of SIZES) rows.push(await scanned(functions), ...ours(functions, measured));

console.log(
  `One hour of an account, at ${REQUESTS_PER_SECOND} FilterLogEvents a second; ${FAILURES_AN_HOUR} failure and ${number(RUNS_AN_HOUR)} runs a function.`,
);
console.log(
  `Measured here: ${measured.logsMs.toFixed(1)} ms of processor time for a delivery of one failure, ${measured.spansMs.toFixed(1)} ms for one of ${BATCH_SPANS} spans, in Redis by then; ${measured.calls} calls to AWS.\n`,
);
console.log(
  '| functions | design | read calls | throttled | read | delay p50 / p95 | not seen | Lambda, a month |\n| --- | --- | --- | --- | --- | --- | --- | --- |',
);
for (const row of rows) console.log(line(row));
const [out] = process.argv.slice(2);
if (out !== undefined) await writeFile(out, await plotted(rows, DESIGNS));
