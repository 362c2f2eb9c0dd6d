import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { XRayClient } from '@aws-sdk/client-xray';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { awsArchive } from '../../src/aws/archive.ts';
import { CALLING } from '../../src/aws/open-aws.ts';
import { redisQueryBudget } from '../../src/redis/query-budget.ts';
import { type TraceId, traceId } from '../../src/telemetry/ids.ts';
import { fromMillis } from '../../src/units.ts';
import { type AwsServer, awsServer } from '../world/aws-server.ts';
import { testRedis } from '../world/redis.ts';

const redis = testRedis();
let aws: AwsServer;
beforeEach(async () => {
  aws = await awsServer();
});
afterEach(() => aws.close());

const BEGAN = 1_785_830_304; // seconds, and the first eight digits of the id
const ID = traceId(`1-${BEGAN.toString(16)}-695f3a2b284a1dbc17fcb015`) as TraceId; // it is one
const XRAY_ID = `1-${BEGAN.toString(16)}-695f3a2b284a1dbc17fcb015`;
const REQUEST = '8f507cfc-4697-4697-b07a-ac58fc914c95';

const segment = JSON.stringify({
  ...{ id: '734784f58ed0566f', name: 'orders', trace_id: XRAY_ID, origin: 'AWS::Lambda::Function', fault: true },
  ...{ start_time: BEGAN, end_time: BEGAN + 1.5, aws: { request_id: REQUEST } },
});
const column = (field: string, value: string) => ({ field, value });
const line = [
  column('@timestamp', '2026-08-04 07:58:25.000'),
  column('@message', `2026-08-04T07:58:25.000Z\t${REQUEST}\tERROR\tInvoke Error\tno funds`),
  column('@log', '123456789012:/aws/lambda/orders'),
  column('@logStream', '2026/08/04/[$LATEST]x'),
];

const LINES = { status: 'Complete', results: [line], statistics: { bytesScanned: 5_000 } };
function knows(): void {
  aws.answers('GetTraceSegmentDestination', { Destination: 'XRay', Status: 'ACTIVE' });
  aws.answers('BatchGetTraces', { Traces: [{ Id: XRAY_ID, Segments: [{ Id: 'x', Document: segment }] }] });
  aws.answers('StartQuery', { queryId: 'query-1' });
  aws.answers('GetQueryResults', { status: 'Scheduled' }, { status: 'Running', results: [] }, LINES);
  aws.answers('StopQuery', { success: true });
}

function archive(more: { readonly withinMs?: number; readonly timeoutMs?: number } = {}) {
  const client = {
    ...CALLING,
    ...{ endpoint: aws.url, region: 'eu-west-1', credentials: { accessKeyId: 'x', secretAccessKey: 'y' } },
    ...(more.timeoutMs !== undefined && { requestHandler: { requestTimeout: more.timeoutMs, throwOnRequestTimeout: true } }),
  };
  return awsArchive({
    ...{ xray: new XRayClient(client), logs: new CloudWatchLogsClient(client) },
    ...{ budget: redisQueryBudget(redis()), clock: () => fromMillis((BEGAN + 3_600) * 1_000), firstWaitMs: 5, ...more },
  });
}
const names = (): readonly string[] => aws.calls.map(({ name }) => name);
const input = (name: string) => aws.calls.find((call) => call.name === name)?.input;

describe('a trace of which nothing is known', () => {
  test('is read from X-Ray, with the lines of the functions in it, bounded to minutes about it', async () => {
    knows();

    const sought = await archive().seek(ID, []);

    expect(sought).toMatchObject({ kind: 'sought', calls: 6 });
    expect(sought.kind === 'sought' && sought.records.map(({ kind }) => kind)).toEqual(['span', 'log']);
    expect(names()).toHaveLength(6);
    expect(input('BatchGetTraces')).toEqual({ TraceIds: [XRAY_ID] });
    expect(input('StartQuery')).toMatchObject({
      ...{ logGroupNames: ['/aws/lambda/orders'], startTime: BEGAN - 60, endTime: BEGAN + 62, limit: 1_000 },
      queryString: expect.stringContaining(`@message like "${REQUEST}" or @message like "${XRAY_ID}"`),
    });
  });

  test('brings no secret in', async () => {
    knows();
    const told = line.with(1, column('@message', `2026-08-04T07:58:25.000Z\t${REQUEST}\tERROR\tmaya@example.com has no funds`));
    aws.answers('GetQueryResults', { ...LINES, results: [told] });

    const sought = await archive().seek(ID, []);

    const text = JSON.stringify(sought);
    expect(text).toContain('[email] has no funds');
    expect(text).not.toContain('maya@');
  });

  test('is retrieved from Transaction Search where that is on', async () => {
    knows();
    aws.answers('GetTraceSegmentDestination', { Destination: 'CloudWatchLogs', Status: 'ACTIVE' });
    aws.answers('StartTraceRetrieval', { RetrievalToken: 'token' });
    aws.answers(
      'ListRetrievedTraces',
      { RetrievalStatus: 'RUNNING', Traces: [] },
      { RetrievalStatus: 'COMPLETE', Traces: [{ Id: XRAY_ID, Spans: [{ Id: 'x', Document: segment }] }] },
    );

    const sought = await archive().seek(ID, []);

    expect(sought.kind === 'sought' && sought.records.map(({ kind }) => kind)).toEqual(['span', 'log']);
    expect(input('StartTraceRetrieval')).toEqual({ TraceIds: [XRAY_ID], StartTime: BEGAN - 60, EndTime: BEGAN + 14 * 60 });
    expect(names()).not.toContain('BatchGetTraces');
  });

  test('costs nothing the second time: what was found is kept by then', async () => {
    knows();
    const asked = archive();
    await asked.seek(ID, []);
    const before = names().length;

    expect(await asked.seek(ID, [])).toEqual({ kind: 'asked-before', calls: 6 });
    expect(names()).toHaveLength(before);
  });

  test('that AWS does not know either is said so, for two calls and no query', async () => {
    knows();
    aws.answers('BatchGetTraces', { Traces: [], UnprocessedTraceIds: [] });

    expect(await archive().seek(ID, [])).toEqual({ kind: 'sought', records: [], calls: 2 });
  });
});

describe('at the start', () => {
  test('where traces are kept is found by one call, which no answer pays for again', async () => {
    knows();
    const opened = archive();

    expect(await opened.ready()).toEqual({ transactionSearch: false });
    expect(names()).toEqual(['GetTraceSegmentDestination']);
    expect(await opened.seek(ID, [])).toMatchObject({ kind: 'sought', calls: 5 });
  });

  test('a credential that may not ask is known, and the first question asks again', async () => {
    knows();
    aws.answers('GetTraceSegmentDestination', { error: 'AccessDeniedException' }, { Destination: 'XRay' });
    const opened = archive();

    await expect(opened.ready()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(await opened.seek(ID, [])).toMatchObject({ kind: 'sought', calls: 6 });
  });
});

test('of a trace whose spans are there, only the lines are asked for', async () => {
  knows();
  const sought = await archive().seek(ID, []);
  const known = sought.kind === 'sought' ? sought.records : [];
  await redis().flushdb();
  aws.calls.length = 0;

  await archive().seek(ID, known);

  expect(names()).toEqual(['StartQuery', 'GetQueryResults']);
});

describe('when AWS is not well', () => {
  test('a throttled call is repeated, and each repetition is counted', async () => {
    knows();
    aws.answers('BatchGetTraces', 'throttled', 'throttled', { Traces: [] });
    aws.answers('GetTraceSegmentDestination', 'throttled', { Destination: 'XRay' });

    expect(await archive().seek(ID, [])).toMatchObject({ kind: 'sought', calls: 5 });
  });

  test('a query that may not start now is tried five times and given up', async () => {
    knows();
    aws.answers('StartQuery', { error: 'LimitExceededException' });

    await expect(archive().seek(ID, [])).rejects.toThrow('as the test wants it');

    expect(names().filter((name) => name === 'StartQuery')).toHaveLength(5);
    expect(names()).not.toContain('StopQuery');
  });

  test('a refusal is not repeated', async () => {
    knows();
    aws.answers('BatchGetTraces', { error: 'AccessDeniedException' });

    await expect(archive().seek(ID, [])).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(names()).toEqual(['GetTraceSegmentDestination', 'BatchGetTraces']);
  });

  test('a query that runs for ever is stopped, and the place in the budget given back', async () => {
    knows();
    aws.answers('GetQueryResults', { status: 'Running', results: [] });

    await expect(archive({ withinMs: 700 }).seek(ID, [])).rejects.toThrow();

    expect(input('StopQuery')).toEqual({ queryId: 'query-1' });
    expect(await redis().zcard('tf:budget:queries')).toBe(0);
  });

  test('a query that failed is said so', async () => {
    knows();
    aws.answers('GetQueryResults', { status: 'Timeout' });

    await expect(archive().seek(ID, [])).rejects.toThrow('CloudWatch Logs ended a query as Timeout');
  });

  test('a call that is never answered is given up', async () => {
    knows();
    aws.answers('BatchGetTraces', 'hangs');

    await expect(archive({ timeoutMs: 200 }).seek(ID, [])).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

test('asks nothing of AWS when the budget is used up', async () => {
  knows();
  const budget = redisQueryBudget(redis(), { concurrent: 1, perSecond: 100, perHour: 0, bytesPerDay: 1 });
  const nobody = { endpoint: aws.url, region: 'eu-west-1' };
  const door = { xray: new XRayClient(nobody), logs: new CloudWatchLogsClient(nobody), budget, clock: () => fromMillis(0) };

  expect(await awsArchive(door).seek(ID, [])).toMatchObject({ kind: 'refused', why: 'the queries of this hour are used up' });
  expect(aws.calls).toEqual([]);
});
