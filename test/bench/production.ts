import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../src/local/free-port.ts';
import { type OwnedProcess, startOwned } from '../../src/local/owned-process.ts';
import { startRedis } from '../../src/local/redis.ts';
import { startLocalSlack } from '../../src/local/slack.ts';

type Role = 'bot' | 'worker';

export type Production = {
  readonly port: number;
  readonly redis: { readonly pid: number };
  start(role: Role, nodeOptions?: readonly string[]): Promise<OwnedProcess>;
  /** Resolves when the bot answers. */
  ready(): Promise<void>;
  stop(): Promise<void>;
};

const CLI = new URL('../../jobs/cli.js', import.meta.url).pathname;

/** What the production processes need, each then a process of its own: a Redis, a local Slack, an environment. */
export async function production(settings: Readonly<Record<string, string>>): Promise<Production> {
  const folder = await mkdtemp(join(tmpdir(), 'tracefall-bench-'));
  const redis = await startRedis({ dataDir: folder, cacheDir: resolve('.tracefall/cache'), onProgress: () => undefined });
  const port = await freePort();
  const slack = await startLocalSlack({ dataDir: folder, appUrl: `http://127.0.0.1:${port}/slack/events` });
  const env = {
    ...{ PATH: process.env['PATH'] ?? '', REDIS_URL: redis.url, PORT: String(port), ...settings },
    ...{ SLACK_BOT_TOKEN: slack.botToken, SLACK_SIGNING_SECRET: slack.signingSecret },
    ...{ SLACK_API_URL: slack.apiUrl, TRACEFALL_CHANNEL: slack.channel.id },
  };
  const started: OwnedProcess[] = [];
  return {
    port,
    redis,
    start: async (role, nodeOptions = []) => {
      const process_ = await startOwned({ command: process.execPath, args: [...nodeOptions, CLI, role], env });
      started.push(process_);
      return process_;
    },
    ready: async () => {
      while ((await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.status !== 200) await delay(100);
    },
    stop: async () => {
      await Promise.all(started.map((each) => each.stop()));
      await slack.stop();
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Of a process that runs, in MB: what is resident now, and the most that ever was. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
export function residentMb(pid: number): { readonly now: number; readonly most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1_024;
  return { now: mb('VmRSS'), most: mb('VmHWM') };
}
