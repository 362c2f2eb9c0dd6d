import { seeded } from '../../src/local/shop/chance.ts';
import type { Scene } from '../../src/waterfall/draw.ts';
import { type Sketch, scene } from './transactions.ts';

const LAMBDA = 'AWS::Lambda::Function';

/** An import whose rows go through a queue to many workers; about `count` spans, some workers fail. */
export function crowd(count: number): Scene {
  const roll = seeded(1);
  const workers = Math.max(3, Math.round(Math.sqrt(count) / 1.6));
  const each = Math.max(1, Math.floor((count - 4 - workers) / workers));
  const sketches: Sketch[] = [
    { name: 'POST /imports', service: 'ingest-api', resource: 'AWS::ApiGateway::Stage', at: [0, 640], path: [[0, 12]] },
    { name: 'Invoke', service: 'import-fn', resource: LAMBDA, at: [12, 622], depth: 1, init: [402, 200], path: [[12, 540]] },
    { name: 'GetObject batch.csv', service: 'import-fn', resource: 'AWS::S3::Bucket', at: [430, 526], depth: 2 },
    {
      name: 'SendMessageBatch rows',
      service: 'import-fn',
      kind: 'producer',
      resource: 'AWS::SQS::Queue',
      at: [540, 600],
      depth: 2,
      path: [[540, 600]],
    },
  ];
  for (let worker = 0; worker < workers; worker += 1) sketches.push(...workOf({ worker, workers, each, roll }));
  return scene(sketches.slice(0, count));
}

type Work = { readonly worker: number; readonly workers: number; readonly each: number; readonly roll: () => number };

function workOf({ worker, workers, each, roll }: Work): readonly Sketch[] {
  const start = 900 + worker * (5_200 / workers) + roll() * 260;
  const last = worker === workers - 1;
  const bad = roll() < 0.06;
  let now = start + 14;
  const calls: Sketch[] = [];
  for (let i = 0; i < each; i += 1) {
    const [name, took, resource] = callOf(roll(), i);
    const error = bad && name.startsWith('GET geo') && roll() < 0.6 ? { error: ['HTTP 429', 'Too Many Requests'] as const } : {};
    const path = last ? { path: [[now, now + took * 0.5]] as const } : {};
    calls.push({ name, service: 'worker-fn', kind: 'client', resource, at: [now, now + took], depth: 4, ...error, ...path });
    now += took * 0.5;
  }
  const failed = bad ? { error: ['ConditionalCheckFailed', 'The conditional request failed'] as const } : {};
  const waited = last ? { path: [[600, start, 'wait']] as const } : {};
  return [
    {
      name: 'Invoke',
      service: 'worker-fn',
      resource: LAMBDA,
      at: [start, now + 90],
      depth: 3,
      join: 'message',
      ...failed,
      ...waited,
    },
    ...calls,
  ];
}

function callOf(chance: number, i: number): readonly [name: string, ms: number, resource: string] {
  if (chance < 0.6) return [`PutItem row ${i}`, 6 + chance * 14, 'AWS::DynamoDB::Table'];
  if (chance < 0.8) return [`SETNX row:${i}`, 2, 'AWS::ElastiCache::CacheCluster'];
  return ['GET geo.example.com/lookup', chance * 120, 'AWS::EC2::Instance'];
}

/** One call within the other, so many deep; the innermost fails. */
export const chain = (depth: number): Scene =>
  scene(
    Array.from({ length: depth }, (_, i) => ({
      name: `step ${i}`,
      service: `service-${i % 12}`,
      at: [i * 0.01, depth * 0.03 - i * 0.01] as const,
      depth: i,
      path: [[i * 0.01, i * 0.01 + 0.01]] as const,
      ...(i === depth - 1 ? { error: ['Bottom', 'it began here'] as const } : {}),
    })),
  );

const NAMES = [
  '</text></svg><script>alert("x")</script>',
  '&amp; &lt; "quotes" \' ]]> \t tab\nnewline',
  'gnp.exe \u202e evil \u2066title',
  '\u0000\u0008\u001b[31mred\u001b[0m \ud800 \uffff',
  'a'.repeat(200),
  '在庫確認ファンクション（東京リージョン・本番環境・バージョン12）',
  '👩‍👩‍👧‍👦 emoji 🇩🇪 only 🎉',
  'e\u0301 combining Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334algo',
  'مرحبا بالعالم — شراء',
  '   ',
  'Größe µs ≤ 3 × 2 → заказ №42',
  'com.example.checkout.payments.PaymentGatewayConnector.authorizeAndCapture',
];

/** Names that broke pictures of others. */
export const hostile: Scene = scene(
  NAMES.map((name, i) => ({
    name,
    service: NAMES[(i + 4) % NAMES.length] ?? '',
    at: [i * 20, 300 - i * 5] as const,
    depth: Math.min(i, 1),
    ...(i === 3 || i === 8 ? { error: [name, name] as const } : {}),
    path: [[i * 20, i * 20 + 20]] as const,
  })),
);

/** Everything that telemetry does wrong at once. */
export const broken: Scene = scene(
  [
    { name: 'POST /pay', service: 'checkout', at: [0, 400], path: [[0, 400]] },
    { name: 'zero', service: 'checkout', at: [0, 0], depth: 1 },
    { name: 'early bird', service: 'clock', at: [-80, 40], depth: 1, shiftedMs: 0 },
    { name: 'moved', service: 'clock', at: [-30, 60], depth: 1, shiftedMs: 40 },
    { name: 'never ended', service: 'worker', at: [100, undefined], depth: 1, kind: 'server' },
    { name: 'its child', service: 'worker', at: [120, 260], depth: 2 },
    { name: 'lost child', service: 'ledger', at: [180, 330], depth: 1, orphan: true },
    { name: 'its query', service: 'ledger', at: [200, 320], depth: 2, resource: 'AWS::DynamoDB::Table' },
    { name: 'guessed child', service: 'audit', at: [450, 520], depth: 1, join: 'inferred' },
  ],
  {},
);

/** A call that starts a state machine and leaves, and the machine's steps: so many that the machine itself has no row. */
export const machine = (steps: number): readonly Sketch[] => [
  { name: 'POST /run', at: [0, 100], path: [[0, 50]] },
  ...Array.from({ length: 12 }, (_, i): Sketch => ({ name: `glance ${String.fromCodePoint(0x61 + i)}`, at: [9, 9], depth: 1 })),
  { name: 'machine', at: [50, 1_000], depth: 1, path: [[50, 55]] },
  ...Array.from({ length: steps }, (_, i): Sketch => {
    const at = [55 + (i * 945) / steps, 55 + ((i + 1) * 945) / steps] as const;
    return { name: `step ${String.fromCodePoint(0x61 + i)}`, at, depth: 2, path: [at] };
  }),
];
