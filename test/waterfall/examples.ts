import type { Cause } from '../../src/diagnosis/cause.ts';
import { fromMillis } from '../../src/units.ts';
import type { Scene } from '../../src/waterfall/draw.ts';
import { idOf, type Sketch, sceneOf, transactionOf } from './transactions.ts';

const LAMBDA = 'AWS::Lambda::Function';
const TABLE = 'AWS::DynamoDB::Table';
const QUEUE = 'AWS::SQS::Queue';
const TOPIC = 'AWS::SNS::Topic';
const BUCKET = 'AWS::S3::Bucket';
const HTTP = { 'http.request.method': 'POST' };

const cause = (summary: string, spanIndex: number): Cause => ({
  kind: 'downstream-timeout',
  service: 'fulfil-fn',
  operation: 'POST wms.internal/reserve',
  resource: undefined,
  spanIds: [idOf(spanIndex)],
  edge: undefined,
  confidence: 0.9,
  summary,
  evidence: [],
});

/** Twenty spans: a checkout that waits in a queue and then times out in a warehouse. */
const CHECKOUT: readonly Sketch[] = [
  { name: 'POST /checkout', service: 'shop-api', resource: 'AWS::ApiGateway::Stage', at: [0, 1486], path: [[0, 14]] },
  {
    name: 'Invoke',
    service: 'checkout-fn',
    resource: LAMBDA,
    at: [14, 1475],
    depth: 1,
    init: [612, 800],
    path: [
      [14, 641],
      [679, 684],
      [826, 830],
      [1336, 1342],
      [1388, 1392],
    ],
  },
  { name: 'GET session:8f2', service: 'checkout-fn', attributes: { 'db.system': 'redis' }, at: [634, 638], depth: 2 },
  { name: 'Query carts', service: 'checkout-fn', resource: TABLE, at: [641, 679], depth: 2, path: [[641, 679]] },
  {
    name: 'Invoke',
    service: 'pricing-fn',
    resource: LAMBDA,
    at: [684, 826],
    depth: 2,
    path: [
      [684, 699],
      [760, 764],
      [781, 826],
    ],
  },
  { name: 'BatchGetItem prices', service: 'pricing-fn', resource: TABLE, at: [699, 760], depth: 3, path: [[699, 760]] },
  { name: 'GetItem vat-rates', service: 'pricing-fn', resource: TABLE, at: [764, 781], depth: 3, path: [[764, 781]] },
  {
    name: 'Invoke',
    service: 'payments-fn',
    resource: LAMBDA,
    at: [830, 1336],
    depth: 2,
    path: [
      [830, 848],
      [1319, 1336],
    ],
  },
  {
    name: 'POST api.stripe.com/v1/charges',
    service: 'payments-fn',
    kind: 'client',
    attributes: HTTP,
    at: [848, 1319],
    depth: 3,
    path: [[848, 1319]],
    warned: [1010],
  },
  { name: 'PutItem orders', service: 'checkout-fn', resource: TABLE, at: [1342, 1388], depth: 2, path: [[1342, 1388]] },
  {
    name: 'SendMessage orders-queue',
    service: 'checkout-fn',
    kind: 'producer',
    resource: QUEUE,
    at: [1392, 1423],
    depth: 2,
    path: [[1392, 1423]],
  },
  {
    name: 'Invoke',
    service: 'fulfil-fn',
    resource: LAMBDA,
    at: [3344, 6356],
    depth: 3,
    join: 'message',
    error: ['TaskTimedOut', 'Task timed out after 3.00 seconds'],
    path: [
      [1423, 3344, 'wait'],
      [3344, 3371],
      [3400, 3408],
      [3592, 3598],
      [6352, 6356],
    ],
  },
  { name: 'UpdateItem orders', service: 'fulfil-fn', resource: TABLE, at: [3371, 3400], depth: 4, path: [[3371, 3400]] },
  { name: 'PutObject label.pdf', service: 'fulfil-fn', resource: BUCKET, at: [3408, 3592], depth: 4, path: [[3408, 3592]] },
  {
    name: 'POST wms.internal/reserve',
    service: 'fulfil-fn',
    kind: 'client',
    attributes: HTTP,
    at: [3598, 6352],
    depth: 4,
    error: ['ETIMEDOUT', 'socket hang up'],
    path: [[3598, 6352]],
    warned: [4601, 5610],
  },
  { name: 'Publish order-placed', service: 'checkout-fn', kind: 'producer', resource: TOPIC, at: [1426, 1448], depth: 2 },
  { name: 'Invoke', service: 'analytics-fn', resource: LAMBDA, at: [1498, 1586], depth: 3, join: 'message' },
  { name: 'PutRecord clicks', service: 'analytics-fn', resource: 'AWS::Kinesis::Stream', at: [1530, 1571], depth: 4 },
  { name: 'Invoke', service: 'email-fn', resource: LAMBDA, at: [1512, 2152], depth: 3, join: 'message', init: [388, 240] },
  { name: 'SendEmail receipt', service: 'email-fn', kind: 'client', attributes: HTTP, at: [1934, 2130], depth: 4 },
];

export const checkout: Scene = sceneOf(transactionOf(CHECKOUT), {
  usual: { count: 400, p50: fromMillis(540), p95: fromMillis(710) },
  causes: [cause('fulfil-fn waited 2.75 s for wms.internal and ran into its own timeout of 3 s.', 14)],
});

/** Twelve spans: the payment declines; what was queued before it is sent later. */
const ORDER: readonly Sketch[] = [
  {
    name: 'POST /orders',
    service: 'orders-api',
    resource: 'AWS::ApiGateway::Stage',
    at: [0, 842],
    error: ['502', ''],
    path: [
      [0, 11],
      [834, 842],
    ],
  },
  {
    name: 'Invoke',
    service: 'checkout',
    resource: LAMBDA,
    at: [11, 834],
    depth: 1,
    error: ['PaymentDeclined', 'card_declined'],
    path: [
      [11, 38],
      [61, 66],
      [110, 118],
      [812, 834],
    ],
  },
  { name: 'GetItem carts', service: 'checkout', resource: TABLE, at: [38, 61], depth: 2, path: [[38, 61]] },
  {
    name: 'SendMessage fulfilment',
    service: 'checkout',
    kind: 'producer',
    resource: QUEUE,
    at: [66, 110],
    depth: 2,
    path: [[66, 110]],
  },
  { name: 'Invoke', service: 'fulfilment', resource: LAMBDA, at: [402, 590], depth: 3, join: 'message' },
  { name: 'UpdateItem stock', service: 'fulfilment', resource: TABLE, at: [421, 466], depth: 4 },
  { name: 'Publish reserved', service: 'fulfilment', kind: 'producer', resource: TOPIC, at: [480, 502], depth: 4 },
  { name: 'Invoke', service: 'notification', resource: LAMBDA, at: [560, 720], depth: 5, join: 'message' },
  {
    name: 'POST',
    service: 'notification',
    kind: 'client',
    attributes: { ...HTTP, 'server.address': 'push.example.com' },
    at: [580, 701],
    depth: 6,
  },
  {
    name: 'Invoke',
    service: 'payment',
    resource: LAMBDA,
    at: [118, 812],
    depth: 2,
    error: ['PaymentDeclined', 'card_declined'],
    path: [
      [118, 131],
      [798, 812],
    ],
  },
  {
    name: 'POST',
    service: 'payment',
    kind: 'client',
    attributes: { ...HTTP, 'server.address': 'psp.example.com' },
    at: [131, 760],
    depth: 3,
    error: ['HTTP 402', 'card_declined'],
    path: [[131, 760]],
  },
  {
    name: 'PutItem attempts',
    service: 'payment',
    resource: TABLE,
    at: [764, 798],
    depth: 3,
    path: [
      [760, 764, 'gap'],
      [764, 798],
    ],
  },
];

export const order: Scene = sceneOf(transactionOf(ORDER, { name: 'POST /orders' }), {
  causes: [cause('psp.example.com answered 402: the card was declined.', 10)],
});

/** Five spans: a cold start. */
const LOOKUP: readonly Sketch[] = [
  {
    name: 'GET /orders/{id}',
    service: 'api',
    resource: 'AWS::ApiGateway::Stage',
    at: [0, 212],
    path: [
      [0, 9],
      [207, 212],
    ],
  },
  {
    name: 'Invoke',
    service: 'orders-fn',
    resource: LAMBDA,
    at: [9, 207],
    depth: 1,
    init: [121, 77],
    path: [
      [9, 136],
      [154, 156],
      [159, 160],
      [201, 207],
    ],
  },
  { name: 'GetItem orders', service: 'orders-fn', resource: TABLE, at: [136, 154], depth: 2, path: [[136, 154]] },
  {
    name: 'GET price:eu',
    service: 'orders-fn',
    attributes: { 'db.system': 'redis' },
    at: [156, 159],
    depth: 2,
    path: [[156, 159]],
  },
  { name: 'Invoke', service: 'pricing-fn', resource: LAMBDA, at: [160, 201], depth: 2, path: [[160, 201]] },
];

export const lookup: Scene = sceneOf(transactionOf(LOOKUP), {
  outcome: 'slow',
  usual: { count: 90, p50: fromMillis(74), p95: fromMillis(143) },
  causes: [{ ...cause('orders-fn started cold: 121 of 212 ms went into starting its sandbox.', 1), kind: 'cold-start' }],
});
