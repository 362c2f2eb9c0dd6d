import { beforeEach, describe, expect, test } from 'vitest';
import { answer } from '../../jobs/answer.ts';
import { showHome } from '../../jobs/show-home.ts';
import { studio } from '../../jobs/studio.ts';
import type { World } from '../../src/ports.ts';
import { parse } from '../../src/telemetry/parse.ts';
import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import type { Micros } from '../../src/units.ts';
import type { Question } from '../../src/work.ts';
import { aSpan, aTraceId, at } from '../trace/records.ts';
import { type ChatTwin, chatTwin } from '../world/chat-twin.ts';
import { testRedis } from '../world/redis.ts';
import { redisMemory } from '../world/redis-memory.ts';
import { declined } from './declined.ts';

const redis = testRedis();

let now: Micros;
let slack: ChatTwin;
let world: Omit<World, 'queue'>;
beforeEach(() => {
  now = at(0);
  slack = chatTwin();
  const memory = redisMemory(redis(), () => now);
  world = { ...memory, studio: studio(memory), chat: slack.chat };
});

async function incidentOf(trace: string, since = 0): Promise<string> {
  await world.records.keep(declined(trace, since), []);
  const judged = await world.studio.judge(aTraceId(trace));
  return judged ? (await world.incidents.report(judged.alert)).incidentId : 'none';
}

test('a person’s tab gets the incidents and what called what', async () => {
  const id = await incidentOf('one');
  const portrayMap = () => Promise.reject(new Error('words need no picture'));
  await showHome({ v: 1, user: 'U0MAYA' }, { ...world, studio: { ...world.studio, portrayMap } });

  expect(slack.truth.homes.get('U0MAYA')).toMatchObject({ incidents: [{ id }], map: { window: { minutes: 15 } } });
});

describe('a question', () => {
  const question = (trace: string) => ({
    ...{
      v: 1 as const,
      requestId: `ask-${trace}`,
      channel: 'C0INCIDENTS',
      user: 'U0MAYA',
      responseUrl: 'https://hooks.slack.com/1',
    },
    question: { kind: 'trace' as const, traceId: aTraceId(trace) },
  });

  test('is answered with the picture and the incident that the transaction belongs to, once', async () => {
    const id = await incidentOf('one');
    await answer(question('one'), world);
    await answer(question('one'), world);

    expect(slack.truth.pictures).toMatchObject([{ told: { askedBy: 'U0MAYA', incident: { id } } }]);
  });

  test('about the last that failed is answered with the newest of them, not the one drawn in the thread', async () => {
    const id = await incidentOf('one');
    expect(await incidentOf('two', 60_000)).toBe(id);
    await answer({ ...question('last'), question: { kind: 'last', outcome: 'failed', name: 'orders' } }, world);

    expect(slack.truth.pictures).toMatchObject([{ told: { telling: { id: aTraceId('two') } } }]);
  });

  test('is drawn in the theme of the channel where it was asked', async () => {
    await incidentOf('one');
    const drawnIn: string[] = [];
    const portray: World['studio']['portray'] = (traceId, theme) => {
      drawnIn.push(theme);
      return studio(world).portray(traceId, theme);
    };
    const rules = { ...world.rules, theme: 'dark' as const, themes: { C0OTHER: 'light' as const } };
    await answer(question('one'), { ...world, rules, studio: { ...world.studio, portray } });

    expect(drawnIn).toEqual(['dark']);
  });

  test('about an unknown transaction says what was looked for', async () => {
    await answer(question('nobody'), world);

    expect(slack.truth.replies).toEqual([{ kind: 'not-found', question: question('nobody').question }]);
  });

  const mapOf = (of: { service?: string; trace?: string } = {}) => ({
    ...question('map'),
    question: {
      kind: 'map' as const,
      ...(of.service !== undefined && { service: of.service }),
      ...(of.trace !== undefined && { traceId: aTraceId(of.trace) }),
    },
  });
  const chargesOf = (trace: string): readonly TelemetryRecord[] => [
    aSpan({ trace, id: 'entry', service: 'api' }),
    aSpan({ trace, id: 'call', parent: 'entry', service: 'api', spanKind: 'client', from: 10, to: 80 }),
    aSpan({ trace, id: 'serve', parent: 'call', service: 'payment', spanKind: 'server', from: 20, to: 70 }),
  ];

  test('about the map is answered with the edges of the last 15 minutes and nothing older', async () => {
    await world.records.keep([aSpan({ trace: 'old', id: 'entry', service: 'yesterday' })], []);
    now = at(16 * 60 * 1_000);
    for (const trace of ['one', 'two', 'three']) await world.records.keep(chargesOf(trace), []);
    await answer(mapOf(), world);

    expect(slack.truth.pictures).toMatchObject([
      {
        told: {
          askedBy: 'U0MAYA',
          map: {
            map: {
              places: [{ name: 'api' }, { name: 'payment' }],
              edges: [
                { from: undefined, to: 'service api', calls: 3 },
                { from: 'service api', to: 'service payment', calls: 3, p95: 70_000 },
              ],
            },
            window: { minutes: 15, read: 3, seen: 3 },
          },
        },
      },
    ]);
  });

  test('about the map around a service leaves out transactions without it, and says when there is none with it', async () => {
    await world.records.keep([...chargesOf('one'), aSpan({ trace: 'two', id: 'entry', service: 'reports' })], []);
    await answer(mapOf({ service: 'PAYMENT' }), world);
    await answer({ ...mapOf({ service: 'nobody' }), requestId: 'ask-nobody' }, world);

    expect(slack.truth.pictures).toMatchObject([{ told: { map: { about: 'payment', map: { transactions: 1 } } } }]);
    expect(slack.truth.replies).toMatchObject([{ kind: 'not-found', question: { kind: 'map', service: 'nobody' } }]);
  });

  test('about the map of one transaction is answered however old it is', async () => {
    await world.records.keep(chargesOf('one'), []);
    now = at(60 * 60 * 1_000);
    await answer(mapOf({ trace: 'one' }), world);

    expect(slack.truth.pictures).toMatchObject([{ told: { map: { map: { transactions: 1 }, window: undefined } } }]);
  });

  test('where pictures are not welcome is answered in words', async () => {
    await incidentOf('one');
    await answer({ ...question('one'), channel: 'C0ELSEWHERE' }, world);

    expect(slack.truth.replies).toMatchObject([{ kind: 'in-words', why: 'channel_not_found' }]);
  });

  const about = (incidentId: string, what: 'trace' | 'map' | 'similar' | 'export', thread = '1795356128.000200') => ({
    ...question(what),
    ...{ thread, question: { kind: 'about' as const, what, incidentId } satisfies Question },
  });

  test('about an incident is answered in its thread', async () => {
    const id = await incidentOf('one');
    await answer(about(id, 'trace'), world);
    await answer(about(id, 'map'), world);

    expect(slack.truth.pictures).toMatchObject([
      { thread: { ts: '1795356128.000200' }, told: { askedBy: 'U0MAYA', incident: { id } } },
      { thread: { ts: '1795356128.000200' }, told: { map: { window: undefined } } },
    ]);
  });

  test('for an export is answered once, with the picture and three documents that others can read', async () => {
    const id = await incidentOf('one');
    await world.incidents.change(id, { kind: 'assign', by: 'U0MAYA', to: 'U0JONAS' });
    await answer(about(id, 'export'), world);
    await answer(about(id, 'export'), world);

    const [told, ...again] = slack.truth.pictures.map((picture) => picture.told);
    const documents = told && 'documents' in told ? told.documents : [];
    expect(again).toEqual([]);
    expect(documents.map(({ name }) => name)).toEqual([`incident-${id}.md`, 'transaction.json', 'spans.otlp.json']);
    const [markdown = '', json = '', otlp = ''] = documents.map(({ text }) => text);
    expect(markdown).toMatch(/^# POST \/orders failed in payment\n/);
    expect(markdown).toContain('| Maya Okafor | assigned to U0JONAS |');
    expect(JSON.parse(json)).toMatchObject({
      format: 1,
      transactions: [{ id: aTraceId('one'), outcome: 'failed', spans: [{}, {}] }],
    });
    expect(parse(Buffer.from(otlp), 'otlp').records.length).toBe(2);
  });

  test.each(['trace', 'map', 'similar', 'export'] as const)('about an incident that is gone (%s) says so', async (what) => {
    await answer(about('0123456789ab', what), world);

    expect(slack.truth.replies).toMatchObject([{ kind: 'not-found', question: { kind: 'about', what } }]);
  });
});
