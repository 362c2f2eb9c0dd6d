import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Fault } from '../../../src/local/shop/faults.ts';
import type { Stage } from '../../../src/local/shop/ledger.ts';
import { type Shop, startShop } from '../../../src/local/shop/shop.ts';
import type { SpanRecord } from '../../../src/telemetry/record.ts';
import { eventually } from '../../eventually.ts';
import { otlpReceiver, type Receiver } from './otlp-receiver.ts';

let receiver: Receiver;
let shop: Shop;

beforeAll(async () => {
  receiver = await otlpReceiver();
  shop = await startShop({ otlpUrl: receiver.url, otlpToken: 'secret', ordersPerMinute: 0, visibilityTimeoutMs: 400 });
});

afterEach(() => shop.mend());

afterAll(async () => {
  await shop?.stop();
  await receiver?.close();
});

/** Orders while that is broken, waits until the order has come to that end, and until all of its telemetry is here. */
async function ordered(fault: Fault | undefined, end: Stage): Promise<{ readonly status: number; readonly traceId: string }> {
  if (fault !== undefined) shop.break(fault);
  const placed = await shop.order();
  await stage(placed.traceId, end);
  await shop.flush();
  return placed;
}

const stage = (traceId: string, end: Stage): Promise<true> =>
  eventually(() => shop.orders().some((order) => order.traceId === traceId && order.stage === end), { what: `the stage ${end}` });

const named = (traceId: string, operation: string): readonly SpanRecord[] =>
  receiver.spans(traceId).filter((span) => span.operation === operation);

/** `service operation` of each span from the entry down, the way parents tell it. */
function tree(traceId: string): readonly string[] {
  const spans = [...receiver.spans(traceId)].sort((a, b) => a.start - b.start);
  const below = (parent: string | undefined, depth: number): readonly string[] =>
    spans
      .filter((span) => span.parentSpanId === parent)
      .flatMap((span) => [`${'  '.repeat(depth)}${span.service} ${span.operation}`, ...below(span.spanId, depth + 1)]);
  return below(undefined, 0);
}

const reports = (traceId: string) => receiver.invocations(traceId).filter((said) => said.phase === 'report');

test('an order is one tree over six services, two queues and what they call', async () => {
  const cold = await ordered(undefined, 'notified');
  const { status, traceId } = await ordered(undefined, 'notified');

  expect(status).toBe(201);
  expect(tree(traceId)).toEqual([
    'shop-api POST /orders',
    '  shop-api checkout-fn Invoke',
    '    checkout-fn checkout-fn',
    '      checkout-fn inventory-fn Invoke',
    '        inventory-fn inventory-fn',
    '          inventory-fn DynamoDB.Query',
    '      checkout-fn payment-fn Invoke',
    '        payment-fn payment-fn',
    '          payment-fn POST /v1/charges',
    '      checkout-fn DynamoDB.PutItem',
    '      checkout-fn send orders-queue',
    '        fulfilment-fn process orders-queue',
    '          fulfilment-fn S3.PutObject',
    '          fulfilment-fn send order-events',
    '            notification-fn process order-events',
    '              notification-fn render receipt',
    '              notification-fn SES.SendEmail',
  ]);
  expect(receiver.spans(traceId).filter((span) => span.status === 'error')).toEqual([]);
  // Each function came up once, in the first order.
  expect(named(cold.traceId, 'init')).toHaveLength(5);
  expect(named(traceId, 'init')).toHaveLength(0);
});

test('telemetry comes as OTLP over HTTP, spans as protobuf and logs as JSON, with the token', () => {
  const kinds = new Set(
    receiver.requests.map(({ path, contentType, authorization }) => `${path} ${contentType} ${authorization}`),
  );

  expect([...kinds].sort()).toEqual([
    '/v1/logs application/json Bearer secret',
    '/v1/traces application/x-protobuf Bearer secret',
  ]);
});

test('the platform tells of each invocation, under the ids of its span', async () => {
  const { traceId } = await ordered(undefined, 'notified');

  const started = receiver.invocations(traceId).filter((said) => said.phase === 'start');
  expect(started.map((said) => said.function).sort()).toEqual(
    reports(traceId)
      .map((said) => said.function)
      .sort(),
  );
  for (const said of reports(traceId)) {
    const span = receiver.spans(traceId).find((each) => each.spanId === said.spanId);
    expect(span?.attributes['faas.invocation_id']).toBe(said.requestId);
    expect(span?.service).toBe(said.function);
    expect(said).toMatchObject({ status: 'success', initDuration: undefined, error: undefined });
  }
  expect(reports(traceId)).toHaveLength(5);
});

test('a delivery is linked to its sender and says what it is', async () => {
  const { traceId } = await ordered(undefined, 'notified');

  const [sent] = named(traceId, 'send orders-queue');
  const [delivery] = named(traceId, 'process orders-queue');
  expect(delivery).toMatchObject({ spanKind: 'consumer', resource: 'AWS::Lambda::Function' });
  expect(delivery?.links).toEqual([{ traceId, spanId: sent?.spanId }]);
  expect(delivery?.attributes).toMatchObject({
    'messaging.system': 'aws_sqs',
    'messaging.destination.name': 'orders-queue',
    'messaging.message.id': sent?.attributes['messaging.message.id'],
    'aws.sqs.approximate_receive_count': 1,
    'faas.trigger': 'pubsub',
    'faas.coldstart': false,
    'deployment.environment.name': 'shop-demo',
  });
});

test('a declined payment fails the order from the provider up to the customer', async () => {
  const { status, traceId } = await ordered('payment-declines', 'refused');

  expect(status).toBe(502);
  const failed = receiver.spans(traceId).filter((span) => span.status === 'error');
  expect(failed.map((span) => `${span.service} ${span.operation} ${span.error?.type}`).sort()).toEqual([
    'checkout-fn checkout-fn CardDeclined',
    'checkout-fn payment-fn Invoke CardDeclined',
    'payment-fn POST /v1/charges 402',
    'payment-fn payment-fn CardDeclined',
    'shop-api POST /orders 502',
    'shop-api checkout-fn Invoke CardDeclined',
  ]);
  expect(named(traceId, 'send orders-queue')).toEqual([]);
  expect(reports(traceId).find((said) => said.function === 'payment-fn')).toMatchObject({
    status: 'error',
    error: { type: 'CardDeclined' },
  });
  expect(receiver.logs(traceId).map((log) => log.severity)).toContain('error');
});

test('a slow inventory makes the customer wait 2.5 s more, in the stock query', async () => {
  const { status, traceId } = await ordered('slow-inventory', 'notified');

  const [query] = named(traceId, 'DynamoDB.Query');
  const tookMs = query?.end === undefined ? 0 : (query.end - query.start) / 1_000;
  expect(status).toBe(201);
  expect(tookMs).toBeGreaterThan(2_400);
  expect(tookMs).toBeLessThan(4_000);
});

test('a function that times out loses its spans, and succeeds when it is tried again after the repair', async () => {
  shop.break('function-timeout');
  const { traceId } = await shop.order();
  const timedOut = await eventually(async () => {
    await shop.flush();
    return reports(traceId).find((said) => said.status === 'timeout');
  });

  expect(timedOut).toMatchObject({ function: 'fulfilment-fn', traceId });
  expect((timedOut.duration ?? 0) / 1_000).toBeGreaterThanOrEqual(2_995);
  expect(receiver.spans(traceId).filter((span) => span.service === 'fulfilment-fn')).toEqual([]);

  shop.mend();
  await stage(traceId, 'notified');
  await shop.flush();
  const delivered = named(traceId, 'process orders-queue').map((span) => span.attributes['aws.sqs.approximate_receive_count']);
  expect(delivered.at(-1)).toBeGreaterThan(1);
  // A killed sandbox is replaced by a new one.
  expect(named(traceId, 'init').map((span) => span.service)).toContain('fulfilment-fn');
});

test('a function that runs out of memory is known by its report only', async () => {
  const { status, traceId } = await ordered('out-of-memory', 'unnotified');

  expect(status).toBe(201);
  expect(receiver.spans(traceId).filter((span) => span.service === 'notification-fn')).toEqual([]);
  expect(reports(traceId).find((said) => said.function === 'notification-fn')).toMatchObject({
    status: 'error',
    error: { type: 'Runtime.OutOfMemory' },
    memorySizeMB: 128,
    maxMemoryUsedMB: 128,
  });
});

test('a poison message fails three times and ends among the dead letters, whatever is mended meanwhile', async () => {
  shop.break('poison-message');
  const { status, traceId } = await shop.order();
  shop.mend();
  await stage(traceId, 'dead-letter');
  await shop.flush();

  const deliveries = named(traceId, 'process orders-queue');
  expect(status).toBe(201);
  expect(deliveries.map((span) => span.attributes['aws.sqs.approximate_receive_count']).sort()).toEqual([1, 2, 3]);
  expect(deliveries.map((span) => span.error?.type)).toEqual(['ValidationError', 'ValidationError', 'ValidationError']);
  expect(new Set(deliveries.map((span) => span.attributes['messaging.message.id'])).size).toBe(1);
  expect(reports(traceId).filter((said) => said.error?.type === 'ValidationError')).toHaveLength(3);
});

test('customers come by themselves when they are asked for', async () => {
  const busy = await startShop({ otlpUrl: receiver.url, otlpToken: 'secret', ordersPerMinute: 1_200 });

  await eventually(() => busy.orders().length >= 3);
  await busy.stop();
});
