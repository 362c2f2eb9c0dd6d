import { expect, test } from 'vitest';
import { redisPace } from '../../src/redis/pace.ts';
import { fromMillis } from '../../src/units.ts';
import { testRedis } from '../world/redis.ts';

const redis = testRedis();
const START = 1_795_000_000_000;
let nowMs = START;
const pace = () => redisPace(redis(), () => fromMillis(nowMs));

/** Everybody comes back when told to; gives when each had its turn, in seconds. */
async function turns(channel: string, who: readonly string[]): Promise<readonly number[]> {
  const due = new Map(who.map((each) => [each, START]));
  const taken: number[] = [];
  while (due.size > 0) {
    const [next = ''] = [...due].toSorted((a, b) => a[1] - b[1]).map(([name]) => name);
    nowMs = Math.max(nowMs, due.get(next) ?? 0);
    const wait = await pace().turn(channel, next);
    if (wait > 0) due.set(next, nowMs + wait);
    else {
      due.delete(next);
      taken.push((nowMs - START) / 1_000);
    }
  }
  return taken;
}

test('hardly a turn a second, first come first served, and nobody comes three times', async () => {
  nowMs = START;
  expect(await turns('C1', ['a', 'b', 'c', 'd', 'e'])).toEqual([0, 1.1, 2.2, 3.3, 4.4]);
});

test('who comes late to a turn pushes nobody together', async () => {
  nowMs = START;
  await pace().turn('C1', 'a');
  await pace().turn('C1', 'b');
  await pace().turn('C1', 'c');
  nowMs = START + 60_000;

  expect(await pace().turn('C1', 'c')).toBe(0);
  expect(await pace().turn('C1', 'b')).toBe(1_100);
});

test('a channel that Slack makes wait holds up no other', async () => {
  nowMs = START;
  await pace().hold('C1', 30_000);

  expect(await pace().turn('C1', 'a')).toBe(30_000);
  expect(await pace().turn('C2', 'b')).toBe(0);
});
