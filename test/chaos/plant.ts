import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/local/free-port.ts';
import { startLocalSlack } from '../../src/local/slack.ts';
import { type HoldProxy, startHoldProxy } from '../world/hold-proxy.ts';
import { type SlackProxy, startSlackProxy } from '../world/slack-proxy.ts';
import { keepRunning, type Mortal, type Role } from './mortal.ts';
import type { Workspace } from './oracle.ts';
import { type RedisPair, startRedisPair } from './redis-pair.ts';
import { KINDS } from './workload.ts';

/** The production processes on this machine, each of which may die, between a Redis and a Slack that may fail. */
export type Plant = {
  readonly redis: RedisPair;
  /** Stands between every process and Redis. */
  readonly wire: HoldProxy;
  readonly workspace: Workspace;
  readonly slackProxy: SlackProxy;
  readonly botUrl: string;
  readonly mortals: readonly Mortal[];
  /** Failpoints passed so far, by name. */
  passed(): Promise<ReadonlyMap<string, number>>;
  stop(): Promise<void>;
};

/** More than one, so that one takes over what another left behind; so many that most of them live while others start. */
const WORKERS = 4;

/** Both have the app in them. Slack takes one message a second of each: with two, more is told, and more dies while it is. */
const CHANNELS = ['C0INCIDENTS', 'C0GENERAL'] as const;

export async function startPlant(wanted: {
  readonly program: string;
  readonly plan: Role['plan'];
  /** Whether Redis has a replica, and a disk of its own. */
  readonly isFollowed: boolean;
  readonly hasDisk: boolean;
}): Promise<Plant> {
  const folder = await mkdtemp(join(tmpdir(), 'tracefall-chaos-'));
  const redis = await startRedisPair(wanted);
  const wire = await startHoldProxy(redis.primary().port);
  const port = await freePort();
  const botUrl = `http://127.0.0.1:${port}`;
  const slack = await startLocalSlack({ dataDir: folder, appUrl: `${botUrl}/slack/events` });
  const slackProxy = await startSlackProxy(slack);
  const hits = join(folder, 'failpoints');
  await writeFile(hits, '');
  const rules = join(folder, 'rules.yaml');
  // Storms have tests of their own: here each failure is to have its thread.
  const routes = CHANNELS.map((id, at) => `  - { when: { service: '*-${KINDS[at]}' }, channel: ${id} }`);
  await writeFile(rules, ['storm: { incidents: 100000, within: 60s }', 'routes:', ...routes, ''].join('\n'));
  const env = {
    PATH: process.env['PATH'] ?? '',
    REDIS_URL: `redis://127.0.0.1:${wire.port}`,
    PORT: String(port),
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: slackProxy.apiUrl,
    TRACEFALL_CHANNEL: slack.channel.id,
    TRACEFALL_CONFIG: rules,
    FAILPOINT_HITS: hits,
  };
  const run = (role: Role['role']) => keepRunning({ ...wanted, role, env });
  const mortals = [run('bot'), ...Array.from({ length: WORKERS }, () => run('worker'))];
  return {
    ...{ redis, wire, slackProxy, botUrl, mortals },
    workspace: { url: slack.url, channels: CHANNELS },
    passed: async () => counted((await readFile(hits, 'utf8')).split('\n').filter(Boolean)),
    stop: async () => {
      await Promise.all(mortals.map((mortal) => mortal.stop()));
      await wire.stop();
      await redis.stop();
      await slackProxy.stop();
      await slack.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
