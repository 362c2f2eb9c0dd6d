import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { awsCall, failure, inSpan, type Place } from './calls.ts';
import type { Takes } from './chance.ts';
import type { Switchboard } from './faults.ts';
import { type LambdaFunction, lambdaFunction } from './function-runtime.ts';
import { invokeFunction } from './invoke.ts';
import { type Order, totalCents } from './order.ts';
import type { Otlp } from './telemetry.ts';

/** What all functions of the shop share. */
export type ShopWorld = { readonly otlp: Otlp; readonly takes: Takes; readonly switches: Switchboard };

/** A query that reads the whole table takes so much longer than one that finds its index. */
const WITHOUT_INDEX_MS = 2_500;

export function inventoryFunction(world: ShopWorld): LambdaFunction<Order, { readonly inStock: boolean }> {
  const { takes, switches } = world;
  const settings = {
    name: 'inventory-fn',
    memorySizeMB: 256,
    timeoutMs: 10_000,
    initMs: 210,
    handler: async (_order: Order, at: Place) => {
      await takes(7);
      await awsCall(at, dynamo('Query', 'stock'), async () => {
        await takes(19);
        if (switches.isOn('slow-inventory')) await takes(WITHOUT_INDEX_MS);
      });
      return { inStock: true };
    },
  };
  return lambdaFunction(settings, world);
}

export function paymentFunction(world: ShopWorld): LambdaFunction<Order, { readonly charge: string }> {
  const settings = {
    name: 'payment-fn',
    memorySizeMB: 256,
    timeoutMs: 10_000,
    initMs: 240,
    handler: async (order: Order, at: Place) => {
      await world.takes(5);
      const status = await charge(at, world);
      await world.takes(3);
      if (status === 402)
        throw failure('CardDeclined', `psp.example declined ${euros(order)} for order ${order.id}: card_declined`);
      return { charge: `ch_${order.id}` };
    },
  };
  return lambdaFunction(settings, world);
}

const euros = (order: Order): string => `€${(totalCents(order) / 100).toFixed(2)}`;

/** The payment provider's HTTP status. It lives outside and sends us no spans. */
function charge(at: Place, { takes, switches }: ShopWorld): Promise<201 | 402> {
  const attributes = {
    'http.request.method': 'POST',
    'url.full': 'https://psp.example/v1/charges',
    'url.path': '/v1/charges',
    'server.address': 'psp.example',
    'server.port': 443,
  };
  return inSpan(at, { name: 'POST /v1/charges', kind: SpanKind.CLIENT, attributes }, async (_inside, span) => {
    await takes(185);
    const status = switches.isOn('payment-declines') ? 402 : 201;
    span.setAttribute('http.response.status_code', status);
    if (status === 402)
      span.setAttribute('error.type', '402').setStatus({ code: SpanStatusCode.ERROR, message: '402 card_declined' });
    return status;
  });
}

/** `send` puts the order on the queue and returns the message's id. */
export function checkoutFunction(
  world: ShopWorld,
  callees: {
    readonly inventory: LambdaFunction<Order, unknown>;
    readonly payment: LambdaFunction<Order, unknown>;
    readonly send: (order: Order, at: Place) => Promise<string>;
  },
): LambdaFunction<Order, { readonly messageId: string }> {
  const { takes } = world;
  const settings = {
    name: 'checkout-fn',
    memorySizeMB: 512,
    timeoutMs: 20_000,
    initMs: 280,
    handler: async (order: Order, at: Place) => {
      await takes(9);
      await invokeFunction(at, callees.inventory, order, takes);
      await invokeFunction(at, callees.payment, order, takes);
      await awsCall(at, dynamo('PutItem', 'orders'), () => takes(12));
      const messageId = await callees.send(order, at);
      await takes(3);
      return { messageId };
    },
  };
  return lambdaFunction(settings, world);
}

/** https://opentelemetry.io/docs/specs/semconv/database/dynamodb/ */
const dynamo = (method: string, table: string) => ({
  service: 'DynamoDB',
  method,
  attributes: {
    'db.system.name': 'aws.dynamodb',
    'db.operation.name': method,
    'db.collection.name': table,
    'aws.dynamodb.table_names': [table],
  },
});
