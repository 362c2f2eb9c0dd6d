import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readDelivery } from '../../src/aws/delivery.ts';
import { intake } from '../../src/intake.ts';
import { startRedis } from '../../src/local/redis.ts';
import { redisChanges } from '../../src/redis/changes.ts';
import { promptConnection } from '../../src/redis/connection.ts';
import { redisQueue } from '../../src/redis/queue.ts';
import { redisRecords } from '../../src/redis/records.ts';
import { redisUsual } from '../../src/redis/usual.ts';
import { fromMillis } from '../../src/units.ts';
import { type Failure, logsEndpoint, REQUESTS_PER_SECOND } from './logs-endpoint.ts';
import { naiveScans, PERIOD_MS } from './naive-scan.ts';
import { type Point, plotted } from './polling-plot.ts';

const SIZES = [50, 500, 5_000] as const;
const HOUR_MS = 3_600_000;
/** Failing runs of each function in an hour, and all of its runs: assumptions, the same for both designs. */
const FAILURES_AN_HOUR = 1;
const RUNS_AN_HOUR = 1_000;
/** Transaction Search writes each span when it begins and when it ends; about 1.2 kB each in the recordings we have. */
const SPANS_A_RUN = 2;
/** Ours: spans in one delivery of CloudWatch Logs, some 300 kB. */
const BATCH_SPANS = 250;

/** https://aws.amazon.com/lambda/pricing/, us-east-1, arm64, first tier. CloudWatch Logs charges neither for FilterLogEvents nor for delivery to Lambda. */
const USD_PER_GB_SECOND = 0.0000133334;
const USD_PER_REQUEST = 0.0000002;
const MEMORY_GB = 0.5;

/** The same run every time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function failuresOf(groups: readonly string[], chance: () => number): readonly Failure[] {
  const failures = groups.flatMap((group) =>
    Array.from({ length: FAILURES_AN_HOUR }, () => ({ group, at: Math.floor(chance() * HOUR_MS) })),
  );
  return failures.toSorted((a, b) => a.at - b.at);
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

type Row = Point & { readonly throttled: number; readonly bytes: number; readonly missed: number; readonly usd: number };

async function naive(functions: number): Promise<Row> {
  const chance = seeded(functions);
  const groups = Array.from({ length: functions }, (_, n) => `/aws/lambda/function-${n}`);
  const failures = failuresOf(groups, chance);
  const endpoint = await logsEndpoint(failures);
  const { delays, scanMs } = await naiveScans(endpoint, { groups, untilMs: HOUR_MS, chance });
  await endpoint.close();
  const { calls, throttled, bytes } = endpoint.counted;
  // What came in the last minutes could not be seen yet by anybody.
  const due = failures.filter(({ at }) => at < HOUR_MS - PERIOD_MS).length;
  const usd = (scanMs / 1_000) * MEMORY_GB * USD_PER_GB_SECOND + (HOUR_MS / PERIOD_MS) * USD_PER_REQUEST;
  return {
    ...{ design: 'scan every 5 min', functions, calls, throttled, bytes, usd, missed: Math.max(0, due - delays.length) },
    ...{ delayP50S: percentile(delays, 0.5) / 1_000, delayP95S: percentile(delays, 0.95) / 1_000 },
  };
}

/** From the last span of a failed transaction to its examination: what `intake` waits. AWS's own delivery comes before. */
const OWN_DELAY_S = 2;

function ours(functions: number, batchMs: number): Row {
  const invocations = (functions * RUNS_AN_HOUR * SPANS_A_RUN) / BATCH_SPANS + functions * FAILURES_AN_HOUR;
  const usd = invocations * (USD_PER_REQUEST + (batchMs / 1_000) * MEMORY_GB * USD_PER_GB_SECOND);
  const nothing = { calls: 0, throttled: 0, bytes: 0, missed: 0 };
  return { design: 'Tracefall', functions, ...nothing, usd, delayP50S: OWN_DELAY_S, delayP95S: OWN_DELAY_S };
}

/** What one delivery takes from AWS's event to Redis, here, median of 20: the longest of what the function `spans` does. */
async function measuredBatchMs(): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tracefall-bench-'));
  const server = await startRedis({ dataDir, cacheDir: resolve('.tracefall/cache'), onProgress: () => undefined });
  const redis = promptConnection(server.url, () => undefined);
  const clock = () => fromMillis(Date.now());
  const queue = redisQueue(redis, () => undefined);
  const world = {
    clock,
    records: redisRecords(redis, clock),
    usual: redisUsual(redis, clock),
    changes: redisChanges(redis),
    queue,
  };
  const took: number[] = [];
  for (let round = 0; round < 20; round++) {
    const event = delivery(round);
    const began = performance.now();
    await intake(world, readDelivery(event, undefined, 'bench').records);
    took.push(performance.now() - began);
  }
  await queue.close();
  redis.disconnect();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
  return percentile(took, 0.5);
}

function delivery(round: number): object {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  const logEvents = Array.from({ length: BATCH_SPANS }, (_, n) => ({
    id: `${round}-${n}`,
    timestamp: Date.now(),
    message: JSON.stringify({
      ...{
        traceId: hex(round * BATCH_SPANS + n + 1, 32),
        spanId: hex(n + 1, 16),
        name: 'orders',
        kind: 'SERVER',
        status: { code: 'OK' },
      },
      ...{
        startTimeUnixNano: 1785830304824000000,
        endTimeUnixNano: 1785830305824000000,
        resource: { attributes: { 'service.name': 'orders' } },
      },
      attributes: { 'aws.local.service': 'orders', padding: 'x'.repeat(800) },
      _aws: { xray: { name: 'orders', type: 'segment' } },
    }),
  }));
  const batch = { messageType: 'DATA_MESSAGE', owner: '123456789012', logGroup: 'aws/spans', logStream: 'default', logEvents };
  return { awslogs: { data: gzipSync(JSON.stringify(batch)).toString('base64') } };
}

const number = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 0 });
const line = (row: Row): string =>
  `| ${[
    ...[number(row.functions), row.design, number(row.calls), number(row.throttled), `${number(row.bytes / 1_000)} kB`],
    ...[row.design === 'Tracefall' ? `delivery + ${OWN_DELAY_S} s` : `${number(row.delayP50S)} s / ${number(row.delayP95S)} s`],
    ...[number(row.missed), `$${row.usd.toFixed(3)}`],
  ].join(' | ')} |`;

const batchMs = await measuredBatchMs();
const rows: Row[] = [];
for (const functions of SIZES) rows.push(await naive(functions), ours(functions, batchMs));

console.log(
  `One hour of an account, at ${REQUESTS_PER_SECOND} FilterLogEvents a second; ${FAILURES_AN_HOUR} failure and ${number(RUNS_AN_HOUR)} runs a function.`,
);
console.log(`One delivery of ${BATCH_SPANS} spans takes ${batchMs.toFixed(0)} ms here, from AWS's event to Redis.\n`);
console.log(
  '| functions | design | read calls | throttled | read | delay p50 / p95 | not seen | Lambda, an hour |\n| --- | --- | --- | --- | --- | --- | --- | --- |',
);
for (const row of rows) console.log(line(row));
const [out] = process.argv.slice(2);
if (out !== undefined) await writeFile(out, await plotted(rows));
