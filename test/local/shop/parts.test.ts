import fc from 'fast-check';
import { expect, test } from 'vitest';
import { around, oneOf, seeded } from '../../../src/local/shop/chance.ts';
import { KEPT_ORDERS, type LedgerEntry, ledger } from '../../../src/local/shop/ledger.ts';
import { renderEndlessReceipt } from '../../../src/local/shop/out-of-memory.ts';
import { platformReport, platformStart } from '../../../src/local/shop/platform-log.ts';
import { type Message, queue } from '../../../src/local/shop/queue.ts';
import { eventually } from '../../eventually.ts';

const told = {
  requestId: '79104EXAMPLEB723',
  functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:payment-fn',
  tracing: { spanId: '54565fb41ac79632', value: 'Root=1-62e900b2-710d76f009d6e7785905449a;Parent=0efbd19962d95b05;Sampled=1' },
};
const at = new Date('2026-11-22T16:30:00.123Z');

test('platform.start is the line that Lambda writes', () => {
  expect(platformStart(at, told)).toBe(
    '{"time":"2026-11-22T16:30:00.123Z","type":"platform.start","record":{"requestId":"79104EXAMPLEB723",' +
      '"functionArn":"arn:aws:lambda:eu-west-1:111122223333:function:payment-fn","version":"$LATEST",' +
      '"tracing":{"spanId":"54565fb41ac79632","value":"Root=1-62e900b2-710d76f009d6e7785905449a;Parent=0efbd19962d95b05;Sampled=1",' +
      '"type":"X-Amzn-Trace-Id"}}}',
  );
});

test('platform.report has the metrics, bills whole milliseconds and leaves out what there was not', () => {
  const usual = { status: 'success', errorType: undefined, durationMs: 12.3456, memorySizeMB: 256, maxMemoryUsedMB: 92 } as const;
  const warm = JSON.parse(platformReport(at, told, { ...usual, initDurationMs: undefined }));
  const cold = JSON.parse(
    platformReport(at, told, { ...usual, status: 'error', errorType: 'CardDeclined', initDurationMs: 240.001 }),
  );

  expect(warm.record).toEqual({
    requestId: told.requestId,
    metrics: { durationMs: 12.35, billedDurationMs: 13, memorySizeMB: 256, maxMemoryUsedMB: 92 },
    tracing: { ...told.tracing, type: 'X-Amzn-Trace-Id' },
    status: 'success',
  });
  expect(cold.record).toMatchObject({
    status: 'error',
    errorType: 'CardDeclined',
    metrics: { initDurationMs: 240, billedDurationMs: 253 },
  });
});

test('chance is the same for the same seed, and another for another', () => {
  const drawn = (seed: number) => Array.from({ length: 20 }, seeded(seed));

  expect(drawn(7)).toEqual(drawn(7));
  expect(drawn(7)).not.toEqual(drawn(8));
});

test('latencies lie around the typical one and are never negative', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 10_000 }), (seed, typicalMs) => {
      const chance = seeded(seed);
      const sample = Array.from({ length: 101 }, () => around(chance, typicalMs)).sort((a, b) => a - b);
      expect(sample[0]).toBeGreaterThan(0);
      expect(sample[50]).toBeGreaterThan(typicalMs * 0.9);
      expect(sample[50]).toBeLessThan(typicalMs * 1.1);
    }),
  );
});

test('one of several is always one of them', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.999_999, noNaN: true }), (draw) => ['a', 'b'].includes(oneOf(() => draw, ['a', 'b']))),
  );
});

type Delivery = { readonly body: string; readonly receiveCount: number };

function trial(consume: (message: Message<string>) => boolean) {
  const deliveries: Delivery[] = [];
  const buried: string[] = [];
  const tried = queue<string>({
    deliveryDelayMs: () => 1,
    visibilityTimeoutMs: 5,
    maxReceiveCount: 3,
    consume: async (message) => {
      deliveries.push({ body: message.body, receiveCount: message.receiveCount });
      return consume(message);
    },
    buried: ({ body }) => buried.push(body),
  });
  return { tried, deliveries, buried };
}

test('a message is delivered until it succeeds', async () => {
  const { tried, deliveries, buried } = trial((message) => message.receiveCount === 2);
  tried.send('one', 'header');
  expect(tried.depth()).toBe(1);

  await eventually(() => tried.depth() === 0);
  expect(deliveries).toEqual([
    { body: 'one', receiveCount: 1 },
    { body: 'one', receiveCount: 2 },
  ]);
  expect([buried, tried.dead()]).toEqual([[], 0]);
});

test('a message that fails three times is buried, and harms no other', async () => {
  const { tried, deliveries, buried } = trial((message) => message.body !== 'bad');
  tried.send('bad', 'header');
  tried.send('good', 'header');

  await eventually(() => tried.depth() === 0);
  expect(deliveries.filter(({ body }) => body === 'bad').map(({ receiveCount }) => receiveCount)).toEqual([1, 2, 3]);
  expect(deliveries.filter(({ body }) => body === 'good')).toHaveLength(1);
  expect([buried, tried.dead()]).toEqual([['bad'], 1]);
});

test('a queue that was stopped delivers nothing', async () => {
  const { tried, deliveries } = trial(() => true);
  const other = trial(() => true);
  tried.send('never', 'header');
  tried.stop();
  other.tried.send('later', 'header');

  // The other queue's message was sent after, so this one's time is over too.
  await eventually(() => other.deliveries.length === 1);
  expect(deliveries).toEqual([]);
});

test('memory really runs out, and only that of the renderer', async () => {
  await expect(renderEndlessReceipt(64)).rejects.toMatchObject({ name: 'Runtime.OutOfMemory' });
});

test('the ledger keeps the last ten orders, latest first', () => {
  const kept = ledger();
  for (let number = 1; number <= 12; number += 1) kept.enter(entry(`A-${number}`));
  kept.change('A-5', { stage: 'shipped' });
  kept.change('A-1', { stage: 'shipped' });

  const latest = kept.latest();
  expect(latest).toHaveLength(KEPT_ORDERS);
  expect(latest[0]?.id).toBe('A-12');
  expect(latest.filter(({ stage }) => stage === 'shipped').map(({ id }) => id)).toEqual(['A-5']);
});

const entry = (id: string): LedgerEntry => ({
  id,
  traceId: 'ab'.repeat(16),
  items: 'Desk lamp',
  cents: 4_450,
  placedAt: 0,
  answer: undefined,
  stage: 'queued',
  attempts: 0,
});
