import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../../src/local/free-port.ts';
import { readLedgers } from '../../src/redis/ledgers.ts';
import { redisRecords } from '../../src/redis/records.ts';
import { readSeen } from '../../src/redis/silences.ts';
import { traceId } from '../../src/telemetry/ids.ts';
import { fromMillis, toMillis } from '../../src/units.ts';
import { WANTED } from '../aws/announced.ts';
import { testRedis, testRedisUrl } from '../world/redis.ts';
import { type Lambda, lambda } from './lambda.ts';

const redis = testRedis();
/** All keys but those by which BullMQ names a queue as soon as it is opened. */
const written = async () => (await redis().keys('*')).filter((key) => !/:meta$|^tf:whole$/.test(key));
const sandboxes: Lambda[] = [];
afterEach(() => Promise.all(sandboxes.splice(0).map((sandbox) => sandbox.stop())));

const TRACE = '6a719d9e695f3a2b284a1dbc17fcb015';
const span = (changes: object) => ({
  ...{
    resource: { attributes: { 'service.name': 'orders' } },
    traceId: TRACE,
    spanId: '734784f58ed0566f',
    name: 'orders',
    kind: 'SERVER',
  },
  ...{ startTimeUnixNano: 1785830304824000000, endTimeUnixNano: 1785830305824000000, attributes: {}, status: { code: 'UNSET' } },
  ...{ _aws: { xray: { name: 'orders', type: 'segment' } } },
  ...changes,
});

const packed = (payload: object) => ({ awslogs: { data: gzipSync(JSON.stringify(payload)).toString('base64') } });
const message = (text: string, n: number) => ({ id: `${n}`, timestamp: 1785830305824, message: text });

/** As CloudWatch Logs delivers a batch to a function. */
const batch = (logGroup: string, lines: readonly string[], more: object = {}) =>
  packed({
    ...{ messageType: 'DATA_MESSAGE', owner: '123456789012', logGroup, logStream: 'default', subscriptionFilters: ['tracefall'] },
    logEvents: lines.map(message),
    ...more,
  });
const spans = (...records: object[]) =>
  batch(
    'aws/spans',
    records.map((record) => JSON.stringify(record)),
  );

async function started(name: string, environment: Readonly<Record<string, string>> = {}): Promise<Lambda> {
  const sandbox = await lambda(name, { REDIS_URL: testRedisUrl(), ...environment });
  sandboxes.push(sandbox);
  return sandbox;
}

const kept = async () => {
  const id = traceId(TRACE);
  return id && (await redisRecords(redis(), () => fromMillis(0)).read(id)).records;
};
const OK = { kind: 'returned' };

test('spans keeps a batch and asks for the examination of a failed trace; the same batch again changes nothing', async () => {
  const { invoke } = await started('spans');
  const failed = spans(span({ endTimeUnixNano: null }), span({ status: { code: 'ERROR' } }));

  expect(await invoke(failed)).toMatchObject(OK);
  expect(await invoke(failed)).toMatchObject(OK);

  expect(await kept()).toHaveLength(2);
  expect(await redis().zcard('tf:queue:examine:delayed')).toBe(1);
});

test('logs keeps what Lambda reports of a run, beside its trace', async () => {
  const { invoke } = await started('logs');
  const requestId = '8f507cfc-xmpl-4697-b07a-ac58fc914c95';
  const report = `REPORT RequestId: ${requestId}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\tStatus: timeout\t\nXRAY TraceId: 1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}\tSegmentId: 734784f58ed0566f\tSampled: true`;

  expect(await invoke(batch('/aws/lambda/orders', [report]))).toMatchObject(OK);

  expect(await kept()).toMatchObject([{ kind: 'invocation', status: 'timeout', function: 'orders' }]);
  expect(await redis().zcard('tf:queue:examine:delayed')).toBe(1);
});

test('events takes everything that the rules send to it', async () => {
  const { invoke } = await started('events');

  for (const event of Object.values(WANTED).flat()) expect(await invoke(event)).toMatchObject(OK);

  expect(await written()).not.toEqual([]);
});

test.each([
  [
    'the message by which CloudWatch Logs tries a subscription',
    packed({ messageType: 'CONTROL_MESSAGE', owner: 'CloudwatchLogs', logEvents: [] }),
  ],
  ['a payload of a foreign account', batch('aws/spans', [JSON.stringify(span({}))], { owner: '999999999999' })],
  [
    'a payload that broke off',
    { awslogs: { data: gzipSync('{"messageType":"DATA_MESSAGE"}').subarray(0, 20).toString('base64') } },
  ],
  [
    'an event that nobody asked for',
    { source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change Notification', account: '123456789012', detail: {} },
  ],
  ['no event of AWS at all', { hello: 'world' }],
  ['nothing', undefined],
])('%s is told, not kept, and not asked for again', async (_what, event) => {
  const { invoke } = await started('spans');

  expect(await invoke(event ?? null)).toMatchObject(OK);
  // But counted: one thing came, and was understood or refused.
  expect((await written()).filter((key) => !key.startsWith('tf:ledger'))).toEqual([]);
  expect((await readLedgers(redis()))['lambda-spans']).toMatchObject({ received: 1, stored: 0 });
});

test.each(['spans', 'logs', 'events'])(
  'the function for %s says of itself when something came through it, or why not',
  async (name) => {
    const { invoke } = await started(name);
    const before = Date.now();

    await invoke(spans(span({})));
    await invoke(batch('aws/spans', ['{'], { owner: '999999999999' }));

    const seen = await readSeen(redis());
    expect(seen).toEqual([expect.objectContaining({ source: `lambda-${name}`, refused: 'foreign-account' })]);
    for (const { arrivedAt } of seen) expect(toMillis(arrivedAt)).toBeGreaterThanOrEqual(before);
  },
);

test('takes what comes from an account that is named', async () => {
  const { invoke } = await started('spans', { TRACEFALL_ACCOUNTS: '999999999999' });

  await invoke(batch('aws/spans', [JSON.stringify(span({}))], { owner: '999999999999' }));

  expect(await kept()).toHaveLength(1);
});

test('says at its start what is wrong with its environment, and never the value', async () => {
  const { invoke } = await started('spans', { REDIS_URL: 'http://canary' });

  expect(await invoke(spans(span({})))).toMatchObject({
    kind: 'failed',
    why: { errorMessage: expect.stringMatching(/^Configuration: \s+REDIS_URL: expected a URL(?!.*canary)/s) },
  });
});

test('fails when Redis cannot be reached, so that AWS delivers the batch again', async () => {
  const { invoke } = await started('spans', { REDIS_URL: `redis://127.0.0.1:${await freePort()}` });

  expect(await invoke(spans(span({})))).toMatchObject({ kind: 'failed' });
});

test('stops at 80 % of the time that is left and fails, so that AWS delivers the batch again; then it is kept whole', async () => {
  const { invoke } = await started('spans');
  const batch = spans(span({ status: { code: 'ERROR' } }), span({ spanId: '734784f58ed05670' }));
  await redis().client('PAUSE', 3_000);

  const outcome = await invoke(batch, 1_000);

  await redis().client('UNPAUSE');
  const { kind, why } = Object(outcome);
  const stoppedAfterMs = Number(/^no answer within ([\d.]+) ms$/.exec(why?.errorMessage)?.[1]);
  expect(kind).toBe('failed');
  // Some of the second passes before the handler is there.
  expect(stoppedAfterMs).toBeLessThanOrEqual(800);
  expect(stoppedAfterMs).toBeGreaterThan(400);
  expect(await invoke(batch)).toMatchObject(OK);
  expect(await kept()).toHaveLength(2);
});

const corpus = process.env['TRACEFALL_CORPUS'];
test.skipIf(corpus === undefined)('takes every real event of AWS without an exception', async () => {
  const { invoke } = await started('events');
  const files = readdirSync(`${corpus}/aws-events`).filter((name) => name.endsWith('.json'));

  for (const file of files)
    expect([file, await invoke(JSON.parse(readFileSync(`${corpus}/aws-events/${file}`, 'utf8')))]).toMatchObject([file, OK]);
});

test.skipIf(corpus === undefined)('keeps a recording of Transaction Search whole', async () => {
  const { invoke } = await started('spans');
  const recorded: unknown[] = JSON.parse(readFileSync(`${corpus}/aws-spans/step-functions.json`, 'utf8'));

  expect(
    await invoke(
      batch(
        'aws/spans',
        recorded.map((record) => JSON.stringify(record)),
      ),
    ),
  ).toMatchObject(OK);

  const traces = (await redis().keys('tf:trace:*')).length;
  expect(traces).toBe(new Set(recorded.map((record) => Object(record)['traceId'])).size);
});
