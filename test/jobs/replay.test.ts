import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { doctor } from '../../jobs/start-doctor.ts';
import { replay } from '../../jobs/start-replay.ts';
import { QUEUE_PREFIX } from '../../src/redis/queue.ts';
import { ANSWER } from '../../src/work.ts';
import { eventually } from '../eventually.ts';
import { testRedis, testRedisUrl } from '../world/redis.ts';

const redis = testRedis();
const ASKED = {
  ...{ v: 1, requestId: '1.2.3', question: { kind: 'incidents' }, channel: 'C0INCIDENTS', user: 'U0MAYA' },
  responseUrl: 'https://hooks.slack.com/commands/T0123456789/1234567890/abcdefghijklmnopqrstuvwx',
};
let isPoisoned = true;
let done: number;
let worker: Worker;
let queue: Queue;
beforeEach(async () => {
  vi.stubEnv('REDIS_URL', testRedisUrl());
  isPoisoned = true;
  done = 0;
  const options = { connection: redis(), prefix: QUEUE_PREFIX };
  const walk = async (): Promise<void> => {
    if (isPoisoned) throw new UnrecoverableError('no way to maya.berg@example.com');
    done += 1;
  };
  worker = new Worker(ANSWER, walk, options);
  queue = new Queue(ANSWER, options);
  await queue.add(ANSWER, ASKED, { jobId: 'poison' });
  await eventually(async () => (await queue.getFailedCount()) === 1, { what: 'a job that is given up' });
});
afterEach(async () => {
  await worker.close();
  await queue.close();
  vi.unstubAllEnvs();
});

async function said(what: (print: (text: string) => void) => Promise<number>): Promise<string> {
  const lines: string[] = [];
  await what((text) => lines.push(text));
  return lines.join('\n');
}

test('a job that was given up is shown with its reason, without what is a secret or a person, and done again when asked', async () => {
  const shown = await said((print) => replay(undefined, print));

  expect(shown).toMatch(
    /^answer: 1 given up; to have them done again: tracefall replay answer\n {2}20\S+ poison: no way to \[email\]/,
  );
  expect(shown).not.toMatch(/maya\.berg|abcdefghijklmnopqrstuvwx/);
  expect(await said(doctor)).toContain('1 jobs of answer were given up');
  isPoisoned = false;
  expect(await said((print) => replay(ANSWER, print))).toBe('answer: 1 done again');
  await eventually(() => done === 1, { what: 'the job done' });
  expect(await said((print) => replay(undefined, print))).toBe('No job was given up.');
});
