import type { CauseKind } from '../../src/diagnosis/cause.ts';
import { windowCauses } from '../../src/diagnosis/window.ts';
import { fromMillis } from '../../src/units.ts';
import { anInvocation, at, type SpanWords } from '../trace/records.ts';
import type { FailureKind } from './failure-kinds.ts';
import { NOTHING_USUAL } from './judged.ts';
import { type Scene, type Shown, scene, spans } from './kinds.ts';
import { type Order, orders, transactions } from './orders.ts';
import { usually } from './usually.ts';

type TimeKind = Exclude<CauseKind, FailureKind>;

const CALL: SpanWords = { id: 'call', operation: 'GetItem', parent: 'GET /', spanKind: 'client' };

/** An entry, and the calls that it made one after the other. */
const calling = (to: number, ...calls: readonly SpanWords[]) =>
  spans({ id: 'GET /', to }, ...calls.map((call, n): SpanWords => ({ ...CALL, id: `call ${n}`, ...call })));

const inTurn = (count: number, ms: number): readonly SpanWords[] =>
  Array.from({ length: count }, (_, n) => ({ from: n * ms, to: (n + 1) * ms }));

const USUAL = usually({
  'shop|GET /': { p50: 60, own: 10, calls: { 'shop|GetItem': { times: 2 } } },
  'shop|GetItem': { p50: 20, own: 20 },
});
/** Steps, each of which makes the call once. */
const stepping = (count: number, ms: number) =>
  spans(
    { id: 'GET /', to: count * ms },
    ...inTurn(count, ms).flatMap((step, n): SpanWords[] => [
      { id: `step ${n}`, operation: 'step', parent: 'GET /', ...step },
      { ...CALL, id: `call ${n}`, parent: `step ${n}`, ...step },
    ]),
  );
const asUsual = scene(calling(60, ...inTurn(2, 20)), { usual: USUAL });

/** A gateway, a function, and how long its sandbox took to be ready. */
const cold = (init: number, to: number, from = init): Scene =>
  scene([
    ...spans(
      { id: 'gateway', service: 'gateway', to },
      { id: 'Invoke', parent: 'gateway', service: 'gateway', spanKind: 'client', to },
      { id: 'pay', parent: 'Invoke', service: 'pay', spanKind: 'server', from, to },
    ),
    anInvocation({ span: 'pay', function: 'pay', atMs: to, duration: fromMillis(to - from), initDuration: fromMillis(init) }),
  ]);

const consumed = (after: number, system: string, usual = NOTHING_USUAL): Scene =>
  scene(
    spans(
      { id: 'send', spanKind: 'producer', to: 20 },
      {
        ...{ id: 'read', parent: 'send', service: 'mail', spanKind: 'consumer', from: 20 + after, to: 70 + after },
        attributes: { 'messaging.system': system },
      },
    ),
    { usual },
  );

const FAILED = { status: 'error', error: { type: 'ThrottlingException', message: 'slow down' } } as const;
const tried = (again: number, last: number, first: SpanWords = FAILED): Scene =>
  scene(calling(again + last + 10, { from: 10, to: 50, ...first }, { from: again, to: again + last }));

/** A call whose answer began `late` ms after it. */
const answered = (late: number, took: number): Scene =>
  scene(
    spans(
      { id: 'GET /', to: late + took + 10 },
      { ...CALL, to: late + took + 5 },
      { id: 'stock', parent: 'call', service: 'stock', spanKind: 'server', from: late, to: late + took },
    ),
  );

const writing = usually({ 'shop|POST /': { p50: 80, calls: { 'shop|Write': { made: 0.998, of: 500 } } } });
const branching = usually({ 'shop|POST /': { p50: 80, calls: { 'shop|Write': { made: 0.9, of: 500 } } } });
const NO_FUNDS = { type: 'NoFunds', message: 'no funds' };

/** Everything is slow, and everything alike. */
const STEPS = ['a', 'b', 'c', 'd'];
const evenly = spans(
  { id: 'GET /', to: 2_000 },
  ...STEPS.map((id, n): SpanWords => ({ id, parent: 'GET /', from: 500 * n, to: 500 * n + 500 })),
);
const usualEvenly = (each: number) =>
  usually(Object.fromEntries([['shop|GET /', 4 * each], ...STEPS.map((id) => [`shop|${id}`, each])]));
const changed = (resource: string, minutesBefore = 3) => ({
  changes: [{ at: at(-60_000 * minutesBefore), resource, action: 'UpdateFunctionCode', version: undefined }],
});

const under =
  (now: Order, before: Order = {}): Scene =>
  () =>
    windowCauses({
      judged: transactions(orders(40, now, 'window')).map((transaction) => ({
        ...{ transaction, outcome: transaction.outcome, causes: [] },
      })),
      baseline: transactions(orders(60, before, 'normal')),
      events: [],
    });
const logging = (...bodies: readonly string[]): Order => ({
  logs: bodies.map((body) => ({ service: 'checkout', severity: 'info', body })),
});

export const TIME_KINDS: Readonly<Record<TimeKind, Shown>> = {
  'cold-start': {
    said: cold(900, 1_400),
    alike: [
      ['gap', 'a start of which nobody tells', answered(900, 200)],
      ['slow-self', 'a start that is the lesser part', cold(380, 1_400)],
    ],
    silent: cold(100, 200),
  },
  'queue-wait': {
    said: consumed(5_000, 'aws_sqs'),
    alike: [['iterator-age', 'a stream', consumed(5_000, 'aws.kinesis')]],
    silent: consumed(900, 'aws_sqs'),
  },
  'iterator-age': {
    said: consumed(5_000, 'aws.dynamodb'),
    alike: [['queue-wait', 'a queue', consumed(5_000, 'aws_sqs')]],
    silent: consumed(900, 'aws.kinesis', usually({ 'shop|send': { p50: 20, own: 20 }, 'mail|read': { p50: 50, own: 50 } })),
  },
  'slow-dependency': {
    said: scene(calling(1_000, { from: 10, to: 990 }), { usual: USUAL }),
    alike: [['slow-self', 'a callee that tells of itself', answered(2, 900)]],
    // Three that took as long as each other, of which nobody knows what is usual.
    silent: scene(calling(900, ...inTurn(3, 300).map((call, n) => ({ ...call, operation: `GET ${n}` })))),
  },
  'slow-self': {
    said: scene(calling(1_000, ...inTurn(2, 20)), { usual: USUAL }),
    alike: [['slow-dependency', 'waiting for another', scene(calling(1_000, { from: 10, to: 990 }), { usual: USUAL })]],
    silent: asUsual,
  },
  'n-plus-one': {
    said: scene(calling(400, ...inTurn(12, 30)), { usual: USUAL }),
    alike: [
      ['slow-dependency', 'as many that are slower', scene(calling(1_000, ...inTurn(12, 80)), { usual: USUAL })],
      ['slow-dependency', 'fewer than four times as many', scene(calling(260, ...inTurn(7, 30)), { usual: USUAL })],
      ['slow-dependency', 'one of each of twelve steps', scene(stepping(12, 100))],
      ['slow-dependency', 'nine in turn, without history', scene(calling(1_200, ...inTurn(9, 130)))],
      [
        'slow-dependency',
        'twelve at once, without history',
        scene(calling(1_200, ...inTurn(12, 0).map(() => ({ from: 5, to: 1_190 })))),
      ],
    ],
    silent: asUsual,
  },
  retried: {
    said: tried(2_000, 40),
    alike: [
      ['slow-dependency', 'a last attempt that is as long', tried(1_000, 950)],
      ['slow-self', 'two calls of which none failed', tried(2_000, 40, {})],
      ['swallowed-error', 'two at once', scene(calling(2_010, { from: 10, to: 2_000, ...FAILED }, { from: 1_000, to: 1_100 }))],
    ],
    silent: scene(calling(60, { from: 1, to: 5, ...FAILED }, { from: 40, to: 50 }), { usual: USUAL }),
  },
  gap: {
    said: answered(900, 50),
    alike: [
      ['slow-dependency', 'a call that nobody answers', scene(calling(1_000, { from: 10, to: 990 }))],
      ['slow-self', 'an answer that took as long', answered(2, 900)],
    ],
    silent: answered(40, 20),
  },
  'missing-call': {
    said: scene(spans({ id: 'POST /' }), { usual: writing }),
    alike: [
      [
        'exception',
        'one that failed before it',
        scene(spans({ id: 'POST /', status: 'error', error: NO_FUNDS }), { usual: writing }),
      ],
    ],
    silent: scene(spans({ id: 'POST /' }), { usual: branching }),
  },
  'changed-behaviour': {
    said: under(logging('reserve items'), logging('reserve items', 'charge card')),
    alike: [['missing-call', 'a call no longer made', under({ asks: 0 })]],
    silent: under(logging('reserve items', 'charge card'), logging('reserve items', 'charge card')),
  },
  change: {
    said: scene(evenly, { usual: usualEvenly(10), ...changed('shop') }),
    alike: [
      ['unknown', 'a change of something else', scene(evenly, { usual: usualEvenly(10), ...changed('mail') })],
      ['unknown', 'a change long before', scene(evenly, { usual: usualEvenly(10), ...changed('shop', 31) })],
      [
        'slow-dependency',
        'something that explains it',
        scene(calling(1_000, { from: 10, to: 990 }), { usual: USUAL, ...changed('gone') }),
      ],
    ],
    silent: scene(calling(60, ...inTurn(2, 20)), { usual: USUAL, ...changed('shop') }),
  },
  unknown: {
    said: scene(evenly, { usual: usualEvenly(10) }),
    alike: [['slow-dependency', 'one part that stands out', scene(calling(1_000, { from: 10, to: 990 }), { usual: USUAL })]],
    silent: scene(evenly, { usual: usualEvenly(480) }),
  },
};
