import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Queue } from 'bullmq';
import { startRedis } from '../../src/local/redis.ts';
import { promptConnection } from '../../src/redis/connection.ts';
import { QUEUE_PREFIX } from '../../src/redis/queue.ts';
import { EXAMINE } from '../../src/work.ts';
import { type Lambda, lambda } from '../functions/lambda.ts';
import { awsServer } from '../world/aws-server.ts';

/** Ours: spans in one delivery of CloudWatch Logs, some 300 kB. */
export const BATCH_SPANS = 250;
/** Deliveries to each function that are measured, after some that warm it up. */
const MEASURED = 200;
const WARM_UP = 50;

export type Pushed = {
  /** What a function computes for one delivery, from the runtime's event to its answer, with every record in Redis. */
  readonly logsMs: number;
  readonly spansMs: number;
  /** From the delivery of a failure to its examination, each: told by lines only, and told by a span that ended. */
  readonly logsDelaysMs: readonly number[];
  readonly spansDelaysMs: readonly number[];
  /** Calls to AWS by the functions. */
  readonly calls: number;
};

/** Real deliveries through the built handlers in a Lambda-like runtime into a real Redis, beside an AWS that counts whoever calls it. */
export async function pushed(): Promise<Pushed> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tracefall-bench-'));
  const server = await startRedis({ dataDir, cacheDir: resolve('.tracefall/cache'), onProgress: () => undefined });
  const aws = await awsServer();
  const environment = {
    REDIS_URL: server.url,
    ...{ AWS_ENDPOINT_URL: aws.url, AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y' },
  };
  const logs = await lambda('logs', environment);
  const spans = await lambda('spans', environment);
  try {
    const failures = await delivered(logs, failureOf);
    const logsDelaysMs = await untilExamined(server.url, failures);
    const batches = await delivered(spans, spansOf);
    const spansDelaysMs = await untilExamined(server.url, batches);
    return { logsMs: failures.cpuMs, spansMs: batches.cpuMs, logsDelaysMs, spansDelaysMs, calls: aws.calls.length };
  } finally {
    await Promise.all([logs.stop(), spans.stop(), aws.close()]);
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

type Delivered = { readonly at: readonly number[]; readonly cpuMs: number };

async function delivered({ invoke, cpuMs }: Lambda, event: (n: number) => object): Promise<Delivered> {
  const at: number[] = [];
  let warm = 0;
  for (let n = 1; n <= WARM_UP + MEASURED; n++) {
    const given = event(n);
    at.push(Date.now());
    const outcome = await invoke(given);
    if (outcome.kind === 'failed') throw new Error(`a delivery failed: ${JSON.stringify(outcome.why)}`);
    if (n === WARM_UP) warm = cpuMs();
  }
  return { at, cpuMs: (cpuMs() - warm) / MEASURED };
}

/** Each delivery holds one failure, in a trace of its own, whose examination waits in the queue. Leaves nothing there. */
async function untilExamined(redisUrl: string, { at }: Delivered): Promise<readonly number[]> {
  const redis = promptConnection(redisUrl, () => undefined);
  const queue = new Queue(EXAMINE, { connection: redis, prefix: QUEUE_PREFIX });
  const waiting = await queue.getDelayed();
  await redis.flushall();
  await queue.close();
  redis.disconnect();
  if (waiting.length !== at.length) throw new Error(`${waiting.length} of ${at.length} failures are to be examined`);
  const due = waiting.map(({ timestamp, delay }) => timestamp + delay).toSorted((a, b) => a - b);
  return at.map((delivery, n) => (due[n] ?? Number.NaN) - delivery);
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

function delivery(logGroup: string, messages: readonly string[]): object {
  const timestamp = Date.now();
  const logEvents = messages.map((message, n) => ({ id: `${timestamp}-${n}`, timestamp, message }));
  const batch = {
    messageType: 'DATA_MESSAGE',
    owner: '123456789012',
    logGroup,
    logStream: 'default',
    subscriptionFilters: ['f'],
  };
  return { awslogs: { data: gzipSync(JSON.stringify({ ...batch, logEvents })).toString('base64') } };
}

/** What the filter of serverless.yml lets through of one run that failed: its error and its report. */
function failureOf(n: number): object {
  const request = `8f507cfc-4697-4697-b07a-${hex(n, 12)}`;
  const stack = Array.from({ length: 20 }, (_, line) => `    at step (/var/task/orders.js:${line}:13)`).join('\\n');
  return delivery('/aws/lambda/orders', [
    `2026-08-04T07:58:25.000Z\t${request}\tERROR\tInvoke Error\t{"errorType":"TypeError","errorMessage":"no funds","stack":"${stack}"}`,
    `REPORT RequestId: ${request}\tDuration: 300.00 ms\tBilled Duration: 300 ms\tMemory Size: 128 MB\tMax Memory Used: 90 MB\tStatus: error\tError Type: TypeError\t\nXRAY TraceId: 1-${hex(Math.floor(Date.now() / 1_000), 8)}-${hex(n, 24)}\tSegmentId: ${hex(n, 16)}\tSampled: true`,
  ]);
}

/** Of runs, each with a trace of its own, about 1.2 kB as in the recordings that we have; the first failed. */
function spansOf(round: number): object {
  const now = Date.now();
  const span = (n: number): object => ({
    ...{
      traceId: hex(round * BATCH_SPANS + n, 32),
      spanId: hex(n + 1, 16),
      name: 'orders',
      kind: 'SERVER',
      status: { code: n === 0 ? 'ERROR' : 'OK' },
    },
    ...{ startTimeUnixNano: (now - 1_000) * 1e6, endTimeUnixNano: now * 1e6 },
    resource: { attributes: { 'service.name': 'orders' } },
    attributes: { 'aws.local.service': 'orders', padding: 'x'.repeat(800) },
    _aws: { xray: { name: 'orders', type: 'segment' } },
  });
  return delivery(
    'aws/spans',
    Array.from({ length: BATCH_SPANS }, (_, n) => JSON.stringify(span(n))),
  );
}
