import { awsCall, type Place } from './calls.ts';
import { around, type Chance } from './chance.ts';
import { checkoutFunction, inventoryFunction, paymentFunction, type ShopWorld } from './checkout.ts';
import { fromQueue, fromTopic, fulfilmentFunction, notificationFunction, PUBLISH, SEND } from './fulfilment.ts';
import type { LambdaFunction } from './function-runtime.ts';
import type { Ledger } from './ledger.ts';
import type { Order } from './order.ts';
import { type Queue, queue } from './queue.ts';
import type { Telemetry } from './telemetry.ts';
import { traceparent } from './trace-header.ts';

/** Everything behind the shop's door, wired. */
export type Pipeline = {
  readonly checkout: LambdaFunction<Order, { readonly messageId: string }>;
  readonly orders: Queue<Order>;
  readonly services: readonly Telemetry[];
  stop(): void;
};

/** Lambda polls a queue that was quiet less often. */
const QUEUE_DELAY_MS = 600;
const TOPIC_DELAY_MS = 90;
const MAX_RECEIVE_COUNT = 3;

export function pipeline(
  world: ShopWorld,
  settings: { readonly chance: Chance; readonly ledger: Ledger; readonly visibilityTimeoutMs: number },
): Pipeline {
  const { chance, ledger } = settings;
  const notification = notificationFunction(world);
  // Lambda tries an asynchronous invocation again after a minute, if it is not told otherwise: this one is (MaximumRetryAttempts 0).
  const events = queue<Order>({
    deliveryDelayMs: () => around(chance, TOPIC_DELAY_MS),
    visibilityTimeoutMs: 0,
    maxReceiveCount: 1,
    consume: async (message) => {
      const outcome = await notification.invoke(message.body, fromTopic(message));
      if (outcome.kind === 'returned') ledger.change(message.body.id, { stage: 'notified' });
      return outcome.kind === 'returned';
    },
    buried: ({ body }) => ledger.change(body.id, { stage: 'unnotified' }),
  });

  const fulfilment = fulfilmentFunction(world, (order, at) => sent(PUBLISH, events, order, at, world));
  const orders = queue<Order>({
    deliveryDelayMs: () => around(chance, QUEUE_DELAY_MS, 0.2),
    visibilityTimeoutMs: settings.visibilityTimeoutMs,
    maxReceiveCount: MAX_RECEIVE_COUNT,
    consume: async (message) => {
      ledger.change(message.body.id, { attempts: message.receiveCount });
      const outcome = await fulfilment.invoke(message.body, fromQueue(message));
      if (outcome.kind === 'returned') ledger.change(message.body.id, { stage: 'shipped' });
      return outcome.kind === 'returned';
    },
    buried: ({ body }) => ledger.change(body.id, { stage: 'dead-letter' }),
  });

  const inventory = inventoryFunction(world);
  const payment = paymentFunction(world);
  const checkout = checkoutFunction(world, { inventory, payment, send: (order, at) => sent(SEND, orders, order, at, world) });
  return {
    checkout,
    orders,
    services: [checkout, inventory, payment, fulfilment, notification].map((each) => each.telemetry),
    stop: () => {
      orders.stop();
      events.stop();
    },
  };
}

/** Sends the order as a message that knows where in the trace it was sent. Returns the message's id. */
function sent(
  call: typeof SEND | typeof PUBLISH,
  to: Queue<Order>,
  order: Order,
  at: Place,
  { takes }: ShopWorld,
): Promise<string> {
  return awsCall(at, call, async (inside, span) => {
    await takes(13);
    const id = to.send(order, traceparent(inside.context));
    span.setAttribute('messaging.message.id', id);
    return id;
  });
}
