import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { replies, roots } from '../world/local-slack-control.ts';

const CHANNEL = 'C0INCIDENTS';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracefall-start-'));
  // The Redis that the run has brought already; a person's first start brings it here.
  await symlink(resolve('.tracefall/cache'), join(folder, 'cache'));
});
/** Whatever a failed test left running would hold the folder. */
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Started = { readonly child: ChildProcess; readonly said: () => string; readonly slackUrl: string };

/** What `npm start` runs, in a folder of its own. */
async function start(): Promise<Started> {
  const env = { PATH: process.env['PATH'], TRACEFALL_DATA: folder, PORT: '0' };
  const child = spawn(process.execPath, ['dist/jobs/cli.js', 'local'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += String(chunk)));
  const slackUrl = await eventually(() => /Slack +(http:\S+)/.exec(said)?.[1], {
    withinMs: 40_000,
    what: 'the address of Slack',
  });
  return { child, said: () => said, slackUrl };
}

/** The root of the declined payment once it says that, with its picture. */
const told = (slackUrl: string, says: string, withinMs = 15_000) =>
  eventually(
    async () => {
      const [root] = await roots(slackUrl, CHANNEL);
      const [reply] = root ? await replies(slackUrl, CHANNEL, root.ts) : [];
      return root?.text.includes(says) && reply?.files?.length === 1;
    },
    { withinMs, what: `an alert that says ${says}, with its picture` },
  );

test('one command brings everything and, within 15 s, an alert; Ctrl+C takes it all away; it starts again, also after kill -9', async () => {
  const first = await start();
  await told(first.slackUrl, 'POST /orders is failing in payment-fn');
  expect(first.said()).not.toMatch(/error/i);
  first.child.kill('SIGINT');
  expect(await once(first.child, 'exit')).toEqual([0, null]);
  await expect(fetch(first.slackUrl)).rejects.toThrow();

  const second = await start();
  // The incident is the same, the local Slack begins anew: its thread is posted again.
  // A count alone is told every ten seconds at most.
  await told(second.slackUrl, '2 transactions', 30_000);
  second.child.kill('SIGKILL');
  await once(second.child, 'exit');

  const third = await start();
  // Its predecessor may have died over the very job: that is taken up again when its lock has run out.
  await told(third.slackUrl, '3 transactions', 30_000);
  third.child.kill('SIGTERM');
  expect(await once(third.child, 'exit')).toEqual([0, null]);
}, 180_000);

test.skipIf(process.platform !== 'linux')(
  'says so and ends when its Redis dies, instead of answering for ever that it cannot',
  async () => {
    const { child, said } = await start();
    const [pid] = await eventually(() => childrenOf(child.pid ?? 0).then((pids) => pids.length > 0 && pids), {
      what: 'the process of Redis',
    });
    process.kill(Number(pid), 'SIGKILL');

    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(said()).toContain('Redis ended (signal SIGKILL): stopping.');
  },
  90_000,
);

/** Processes called redis-server whose parent is that one. */
async function childrenOf(parent: number): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(async (pid) => ((await isRedisOf(pid, parent)) ? [pid] : [])));
  return found.flat();
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the parent is the second field after the name in brackets. */
async function isRedisOf(pid: string, parent: number): Promise<boolean> {
  const [stat, command] = await Promise.all(
    ['stat', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
  );
  const [, ppid] = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ');
  return Number(ppid) === parent && (command ?? '').includes('redis-server');
}
