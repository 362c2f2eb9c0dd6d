import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { XRayClient } from '@aws-sdk/client-xray';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { announce } from '../../jobs/announce.ts';
import { answer } from '../../jobs/answer.ts';
import { examine } from '../../jobs/examine.ts';
import { gather } from '../../jobs/gather.ts';
import { publish } from '../../jobs/publish.ts';
import { studio } from '../../jobs/studio.ts';
import { awsArchive } from '../../src/aws/archive.ts';
import { intake } from '../../src/intake.ts';
import type { Queue, World } from '../../src/ports.ts';
import { redisQueryBudget } from '../../src/redis/query-budget.ts';
import { type TraceId, traceId } from '../../src/telemetry/ids.ts';
import { parse } from '../../src/telemetry/parse.ts';
import { fromMillis } from '../../src/units.ts';
import { type AwsServer, awsServer } from '../world/aws-server.ts';
import { type ChatTwin, chatTwin } from '../world/chat-twin.ts';
import { idleQueue } from '../world/idle-queue.ts';
import { testRedis } from '../world/redis.ts';
import { redisMemory } from '../world/redis-memory.ts';

const redis = testRedis();
const BEGAN = 1_785_830_304;
const idOf = (n: number) => traceId(`${BEGAN.toString(16)}${n.toString(16).padStart(24, '0')}`) as TraceId; // 32 digits, not all zero
const REQUEST = '8f507cfc-4697-4697-b07a-ac58fc914c95';

const segment = (n: number, changes: object = {}) => ({
  ...{ id: n.toString(16).padStart(16, '0'), name: 'orders', trace_id: idOf(n), origin: 'AWS::Lambda::Function' },
  ...{ start_time: BEGAN, end_time: BEGAN + 1.5, aws: { request_id: REQUEST } },
  ...changes,
});
const records = (...segments: readonly object[]) =>
  parse(Buffer.from(segments.map((each) => JSON.stringify(each)).join('\n')), 'x').records;
const column = (field: string, value: string) => ({ field, value });

let aws: AwsServer;
let slack: ChatTwin;
let world: World;
let jobs: { readonly kind: string; readonly job: unknown }[];
beforeEach(async () => {
  aws = await awsServer();
  aws.answers('GetTraceSegmentDestination', { Destination: 'XRay' });
  aws.answers('BatchGetTraces', { Traces: [{ Segments: [{ Document: JSON.stringify(segment(1, { fault: true })) }] }] });
  aws.answers('StartQuery', { queryId: 'q' });
  aws.answers('GetQueryResults', {
    status: 'Complete',
    results: [
      [
        column('@timestamp', '2026-08-04 07:58:25.000'),
        column('@message', `2026-08-04T07:58:25.000Z\t${REQUEST}\tERROR\tInvoke Error\tno funds`),
        column('@log', '123456789012:/aws/lambda/orders'),
      ],
    ],
  });
  slack = chatTwin();
  jobs = [];
  const clock = () => fromMillis((BEGAN + 60) * 1_000);
  const note = (kind: string, job: unknown) => void jobs.push({ kind, job });
  const queue: Queue = {
    ...idleQueue,
    examine: async (id) => note('examine', id),
    announce: async (job) => note('announce', job.incidentId),
    answer: async (job) => note('answer', job),
    gather: async (job) => note('gather', job.traceId),
    publish: async (all) => {
      for (const job of all) note('publish', job);
    },
  };
  const client = {
    endpoint: aws.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
    maxAttempts: 1,
  };
  const memory = redisMemory(redis(), clock);
  world = {
    ...memory,
    ...{ queue, studio: studio(memory), chat: slack.chat, pace: { turn: async () => 0, hold: async () => undefined } },
    archive: awsArchive({
      ...{ xray: new XRayClient(client), logs: new CloudWatchLogsClient(client), clock },
      budget: redisQueryBudget(redis(), { concurrent: 9, perSecond: 99, perHour: 99, bytesPerDay: 1e12 }),
    }),
  };
});
afterEach(() => aws.close());

const of = (kind: string): readonly unknown[] => jobs.flatMap((each) => (each.kind === kind ? [each.job] : []));
const question = (n: number) => ({
  ...{ v: 1 as const, requestId: `${n}`, question: { kind: 'trace' as const, traceId: idOf(n) } },
  ...{ channel: 'C0INCIDENTS', user: 'U0MAYA', responseUrl: 'https://hooks.slack.com/x' },
});

test('in steady state AWS is never asked: not for what is healthy, and not for what was sent', async () => {
  for (let n = 1; n <= 50; n++) await intake(world, records(segment(n)));
  for (let n = 1; n <= 50; n++) await examine({ v: 1, traceId: idOf(n) }, world);
  await answer(question(7), world);

  expect(aws.calls).toEqual([]);
  expect(jobs).toEqual([]);
});

describe('a new incident whose functions sent no line', () => {
  test('is told first; then its lines are fetched, kept and examined', async () => {
    await intake(world, records(segment(1, { fault: true })));
    await examine({ v: 1, traceId: idOf(1) }, world);
    expect(jobs.map(({ kind }) => kind)).toEqual(['examine', 'announce', 'gather']);
    expect(aws.calls).toEqual([]);

    await gather({ v: 1, traceId: idOf(1) }, world);

    expect(of('examine')).toHaveLength(2);
    const kept = (await world.records.read(idOf(1))).records;
    expect(kept.map(({ kind }) => kind).toSorted()).toEqual(['log', 'span']);
  });

  test('asks once: further transactions of it cost no call', async () => {
    for (const n of [1, 2, 3]) {
      await intake(world, records(segment(n, { fault: true })));
      await examine({ v: 1, traceId: idOf(n) }, world);
    }

    expect(of('gather')).toEqual([idOf(1)]);
  });

  test('whose code wrote of its failure needs none', async () => {
    const line = { timestamp: '2026-08-04T07:58:25.000Z', level: 'ERROR', requestId: REQUEST, message: 'no funds' };
    await world.records.keep([...records(segment(1, { fault: true })), ...records(line)], []);
    const { records: known } = await world.records.read(idOf(1));
    expect(known.map(({ kind }) => kind).toSorted()).toEqual(['log', 'span']);

    await gather({ v: 1, traceId: idOf(1) }, world);

    expect(aws.calls).toEqual([]);
  });

  test('waits for its turn when the others are asking', async () => {
    const busy = { seek: async () => ({ kind: 'refused', why: 'full', againInMs: 5_000 }) as const };

    expect(await gather({ v: 1, traceId: idOf(1) }, { ...world, archive: busy })).toEqual({ againInMs: 5_000 });
  });
});

describe('/trace of an id of which nothing was sent', () => {
  test('shows what AWS knows, and how many calls it took', async () => {
    await answer(question(1), world);

    expect(slack.truth.pictures.map(({ told }) => 'awsCalls' in told && told.awsCalls)).toEqual([4]);
    expect(aws.calls).toHaveLength(4);
  });

  test('says that AWS does not know it either', async () => {
    aws.answers('BatchGetTraces', { Traces: [] });

    await answer(question(1), world);

    expect(slack.truth.replies).toMatchObject([{ kind: 'not-found', searched: 'AWS does not know it either (2 calls)' }]);
  });

  test('says that AWS did not answer', async () => {
    aws.answers('BatchGetTraces', { error: 'AccessDeniedException' });

    await answer(question(1), world);

    expect(slack.truth.replies).toMatchObject([{ searched: expect.stringContaining('AWS was asked and did not answer') }]);
  });

  test('costs no call where pulling is switched off', async () => {
    const { archive: _, ...without } = world;

    await answer(question(1), without);

    expect(slack.truth.replies).toEqual([{ kind: 'not-found', question: question(1).question, searched: undefined }]);
    expect(aws.calls).toEqual([]);
  });
});

test('each entry of an incident goes to the bus, where there is one', async () => {
  await intake(world, records(segment(1, { fault: true })));
  await examine({ v: 1, traceId: idOf(1) }, world);
  const [incidentId] = of('announce').map(String);
  const told: string[] = [];
  const bus = { tell: async ({ id }: { id: string }, entry: number) => void told.push(`${id} ${entry}`) };
  await world.incidents.change(incidentId ?? '', { kind: 'acknowledge', by: 'U0MAYA' });

  await announce({ v: 1, incidentId: incidentId ?? '' }, world);
  expect(of('publish')).toEqual([]);
  await announce({ v: 1, incidentId: incidentId ?? '' }, { ...world, bus });
  expect(of('publish')).toMatchObject([{ entry: 0 }, { entry: 1 }]);
  await publish({ v: 1, incidentId: incidentId ?? '', entry: 1 }, { ...world, bus });

  expect(told).toEqual([`${incidentId} 1`]);
});
