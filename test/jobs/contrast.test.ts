import { beforeEach, expect, test } from 'vitest';
import { examine } from '../../jobs/examine.ts';
import { studio } from '../../jobs/studio.ts';
import type { World } from '../../src/ports.ts';
import { rootMessage } from '../../src/slack/root-message.ts';
import type { Attributes, TelemetryRecord } from '../../src/telemetry/record.ts';
import { aSpan, aTraceId, at } from '../trace/records.ts';
import { chatTwin } from '../world/chat-twin.ts';
import { idleQueue } from '../world/idle-queue.ts';
import { testRedis } from '../world/redis.ts';
import { redisMemory } from '../world/redis-memory.ts';

const redis = testRedis();
let world: World;
/** Among how many transactions was looked. */
let compared: number[];
beforeEach(() => {
  const memory = redisMemory(redis(), () => at(0));
  const drawn = studio(memory);
  compared = [];
  const counting: typeof drawn = {
    ...drawn,
    compare: (traces, alert) => {
      compared.push(traces.length);
      return drawn.compare(traces, alert);
    },
  };
  world = { ...memory, studio: counting, queue: idleQueue, chat: chatTwin().chat };
});

/** A request to the shop, which asks payment. */
function order(trace: string, version: string, failing: boolean, words: Attributes = {}): readonly TelemetryRecord[] {
  const error = { type: 'CardDeclined', message: 'no funds' };
  const status = failing ? ({ status: 'error', error } as const) : {};
  return [
    aSpan({ trace, id: `${trace} entry`, operation: 'POST /orders', attributes: { region: 'eu', ...words }, ...status }),
    aSpan({
      ...{ trace, id: `${trace} pay`, parent: `${trace} entry`, service: 'payment', operation: 'charge', from: 10, to: 90 },
      ...{ attributes: { 'service.version': version }, ...status },
    }),
  ];
}

async function went(name: string, count: number, version: (n: number) => string): Promise<void> {
  for (let n = 0; n < count; n++) await world.records.keep(order(`${name}${n}`, version(n), false), []);
}

async function failed(name: string, count: number, version: (n: number) => string): Promise<string> {
  for (let n = 0; n < count; n++) {
    const trace = `${name}${n}`;
    await world.records.keep(order(trace, version(n), true), [aTraceId(trace)]);
    await examine({ v: 1, traceId: aTraceId(trace) }, world);
  }
  return (await world.incidents.ofTrace(aTraceId(`${name}0`)))?.id ?? 'none';
}

test('what all failures have and healthy ones of the same time have not is told in the root', async () => {
  await went('healthy', 30, () => '41');
  const incident = await world.incidents.read(await failed('failing', 5, () => '42'));

  const told = 'all 5 failures looked at have payment service.version = 42; 0 of 30 healthy ones do';
  expect(incident?.contrast).toEqual([told]);
  expect(incident && JSON.stringify(rootMessage(incident))).toContain(told.slice(1));
});

test('nothing is told of what healthy ones have as well, nor of four failures, nor where nothing went well', async () => {
  const alone = await failed('alone', 6, () => '42');
  expect((await world.incidents.read(alone))?.contrast).toEqual([]);

  await went('healthy', 30, (n) => (n % 3 === 0 ? '41' : '42'));
  const id = await failed('failing', 8, () => '42');
  expect((await world.incidents.read(id))?.contrast).toEqual([]);
});

test('it is looked for again when half as many more are known, and taken back when it is no longer so', async () => {
  await went('healthy', 30, () => '41');
  const id = await failed('failing', 12, (n) => (n < 5 ? '42' : '41'));

  expect(compared).toEqual([5, 8, 12]);
  expect((await world.incidents.read(id))?.contrast).toEqual([]);
});

test('a failure that is examined again is no second witness', async () => {
  const id = await failed('failing', 3, () => '42');
  await failed('failing', 3, () => '42');
  expect((await world.incidents.witnesses(id)).traces).toEqual(['failing0', 'failing1', 'failing2'].map(aTraceId));
});

test('what begins anew is compared anew', async () => {
  await went('healthy', 30, () => '41');
  const id = await failed('failing', 5, () => '42');
  await world.incidents.change(id, { kind: 'resolve', by: 'U0MAYA' });
  const again = await failed('again', 1, () => '43');

  expect(again).toBe(id);
  expect(await world.incidents.witnesses(id)).toEqual({ traces: [aTraceId('again0')], compared: 0 });
  expect((await world.incidents.read(id))?.contrast).toEqual([]);
});
