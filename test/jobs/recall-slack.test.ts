import { afterAll, beforeAll, expect, test } from 'vitest';
import { announce } from '../../jobs/announce.ts';
import { recall } from '../../jobs/recall.ts';
import type { Roots } from '../../src/incident/recalled.ts';
import type { World } from '../../src/ports.ts';
import { slackChat } from '../../src/slack/chat.ts';
import { rootMessage } from '../../src/slack/root-message.ts';
import { fromMillis } from '../../src/units.ts';
import { alert, incident } from '../slack/samples.ts';
import { aTraceId } from '../trace/records.ts';
import { jobsWorld } from '../world/jobs-world.ts';
import { roots } from '../world/local-slack-control.ts';
import { testRedis } from '../world/redis.ts';
import { RULES } from '../world/redis-memory.ts';
import { type Fault, type SlackProxy, startSlackProxy } from '../world/slack-proxy.ts';
import { localSlack, type SlackServer } from '../world/slack-servers.ts';

const KINDS = Array.from({ length: 50 }, (_, n) => `kind-${String.fromCodePoint(97 + (n % 26), 97 + Math.floor(n / 26))}`);

const redis = testRedis();
const clock = () => fromMillis(Date.now());
let slack: SlackServer;
let proxy: SlackProxy;
beforeAll(async () => {
  slack = await localSlack();
  proxy = await startSlackProxy(slack);
});
afterAll(async () => {
  await proxy.stop();
  await slack.stop();
  expect(proxy.violations).toEqual([]);
});

function world(): World {
  return jobsWorld(redis(), clock, {
    chat: slackChat({ token: slack.token, apiUrl: proxy.apiUrl, clock }),
    // Storms have tests of their own.
    rules: { ...RULES, storm: { ...RULES.storm, incidents: KINDS.length + 1 } },
  });
}

async function allFail(to: World, trace: string): Promise<void> {
  for (const service of KINDS) {
    const id = aTraceId(`${service} ${trace}`);
    const told = alert({ signature: service, service, traceId: id, traceIds: [id], at: clock() });
    const { incidentId } = await to.incidents.report(told);
    expect(await announce({ v: 1, incidentId }, to)).toBe('done');
  }
}

test('fifty open incidents, an emptied Redis, and the same fifty failures are fifty threads, each true', async () => {
  const to = world();
  await allFail(to, 'before');
  const before = await roots(new URL(slack.apiUrl).origin, slack.channel);
  await redis().flushdb();

  expect(await recall(to, false)).toMatchObject({ adopted: 50, unread: [] });
  await allFail(to, 'after');
  const after = await roots(new URL(slack.apiUrl).origin, slack.channel);
  expect(before).toHaveLength(50);
  expect(after.map(({ ts }) => ts)).toEqual(before.map(({ ts }) => ts));
  expect(after.filter(({ text }) => text.includes('At least 2 transactions'))).toHaveLength(50);
});

/** The channel's history is said to be this. */
async function read(answer: object): Promise<Roots> {
  const fault: Fault = { when: 'before', how: { status: 200, headers: JSON_TYPE, body: JSON.stringify(answer) } };
  proxy.failWith(({ method }) => (method === 'conversations.history' ? fault : undefined));
  return await world()
    .chat.rootsIn(slack.channel, clock())
    .finally(() => proxy.failWith(undefined));
}
const JSON_TYPE = { 'content-type': 'application/json' };

test('a channel that Slack does not let us read is said to be refused, and one that it does not let us read now is tried again', async () => {
  expect(await read({ ok: false, error: 'missing_scope' })).toEqual({ kind: 'refused', why: 'missing_scope' });
  await expect(read({ ok: false, error: 'internal_error' })).rejects.toThrow('no clear answer');
});

test('what others write of our incidents is not believed', async () => {
  const { metadata } = rootMessage(incident());
  const by = (user: string, ts: string) => ({ ts, user, metadata });

  expect(
    await read({ ok: true, messages: [by('U0MAYA', '1795356128.000200'), by('U0TRACEFALL', '1795356128.000100')] }),
  ).toMatchObject({
    incidents: [{ id: incident().id, thread: { ts: '1795356128.000100' } }],
  });
});
