import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawn } from '../../src/waterfall/drawn.ts';
import { layoutOf } from '../../src/waterfall/layout.ts';
import { type Row, type Waterfall, waterfallOf } from '../../src/waterfall/rows.ts';
import { failureOf } from '../../src/waterfall/scene.ts';
import { timelineOf } from '../../src/waterfall/timeline.ts';
import { idOf, type Sketch, scene, sceneOf, transactionOf } from './transactions.ts';

const waterfall = (sketches: readonly Sketch[], budget = 18): Waterfall =>
  waterfallOf(timelineOf(transactionOf(sketches)), budget);
const told = ({ count, twins, hidden }: Row): number => count + twins.length + hidden;
const operations = (sketches: readonly Sketch[]): readonly string[] =>
  waterfall(sketches).rows.map(({ operation, service }) => operation || service);

const inferred = { 'aws.xray.inferred': true };
const entry: Sketch = { name: 'GET /', at: [0, 1_000], kind: 'server' };
const call = { name: 'S3.PutObject', resource: 'AWS::S3::Bucket', at: [100, 200], depth: 1, kind: 'client' } as const;
const pictured = { ...call, name: 'PutObject', service: 'S3', depth: 2, kind: 'server', attributes: inferred } as const;

describe('a call and the picture that X-Ray draws of who answered it', () => {
  test('share a row, with the critical path of both', () => {
    const { rows, folded, spans } = waterfall([entry, call, { ...pictured, path: [[100, 200]] }]);

    expect(rows.map(({ operation }) => operation)).toEqual(['GET /', 'S3.PutObject']);
    expect(rows[1]).toMatchObject({ count: 1, hidden: 0, onPath: true, share: 0.1, bars: [{ start: 100_000, end: 200_000 }] });
    expect(rows[1]?.twins.map(({ spanId }) => spanId)).toEqual([idOf(2)]);
    expect([folded, spans]).toEqual([1, 3]);
  });

  test('hand what the other side began to the row they share', () => {
    const { rows } = waterfall([entry, call, pictured, { name: 'thumbnail', service: 't', at: [300, 400], depth: 3 }]);

    expect(rows.map(({ operation, parent }) => [operation, parent])).toEqual([
      ['GET /', undefined],
      ['S3.PutObject', 0],
      ['thumbnail', 1],
    ]);
    expect(rows[2]?.waits).toEqual([{ start: 200_000, end: 300_000, name: 'wait' }]);
  });

  test('take in the time of a queue that only accepted the message, but no time that it waited', () => {
    const queue: Sketch = { name: 'QueueTime', service: 'SQS', at: [100, 200], depth: 3 };

    expect(operations([entry, call, pictured, queue])).toEqual(['GET /', 'S3.PutObject']);
    expect(operations([entry, call, pictured, { ...queue, at: [100, 900] }])).toEqual(['GET /', 'S3.PutObject', 'QueueTime']);
  });

  test.each<readonly [string, Partial<Sketch>]>([
    ['times', { at: [100, 150] }],
    ['an end that was never seen', { at: [100, undefined] }],
    ['a parent that is a guess', { join: 'inferred' }],
    ['a clock of its own', { shiftedMs: 1, at: [99, 199] }],
    ['nothing inferred', { attributes: {} }],
  ])('stay apart for %s', (_, differing) => {
    expect(operations([entry, call, { ...pictured, ...differing }])).toHaveLength(3);
  });

  test('fail as one when one of them or both failed alike, and stay apart when each says another error', () => {
    const onlyPictured = waterfall([entry, call, { ...pictured, error: 'SlowDown' }]).rows;
    const alike = waterfall([entry, { ...call, error: 'SlowDown' }, { ...pictured, error: 'SlowDown' }]).rows;
    const apart = waterfall([entry, { ...call, error: 'SdkException' }, { ...pictured, error: 'SlowDown' }]).rows;

    for (const rows of [onlyPictured, alike]) {
      expect(rows.map(({ errorType, origin }) => [errorType, origin])).toEqual([
        ['', false],
        ['SlowDown', true],
      ]);
    }
    expect(apart.map(({ errorType }) => errorType)).toEqual(['', 'SdkException', 'SlowDown']);
  });

  test('name the failure in the words of the one that failed', () => {
    const transaction = transactionOf([entry, call, { ...pictured, error: ['SlowDown', 'reduce your rate'] }]);

    expect(failureOf(sceneOf(transaction), timelineOf(transaction))).toMatchObject({
      span: { spanId: idOf(2) },
      error: { type: 'SlowDown', message: 'reduce your rate' },
    });
  });

  test('show what either of them logged', () => {
    expect(layoutOf(scene([entry, call, { ...pictured, warned: [150] }])).sheet.event).toHaveLength(2); // with the legend's
  });
});

describe("Lambda's segments of one run", () => {
  const service = {
    name: 'upload',
    service: 'upload',
    resource: 'AWS::Lambda',
    at: [100, 900],
    depth: 1,
    kind: 'server',
  } as const;
  const run = { ...service, resource: 'AWS::Lambda::Function', at: [300, 890], depth: 2 } as const;
  const invocation: Sketch = { name: 'Invocation', service: 'upload', at: [301, 880], depth: 3 };
  const overhead: Sketch = { name: 'Overhead', service: 'upload', at: [881, 889], depth: 3 };

  test('are two rows where the service took its time, and the second says what it is', () => {
    expect(operations([entry, service, run, invocation, overhead])).toEqual(['GET /', 'upload', 'function', 'Overhead']);
  });

  test('are one row where they look the same', () => {
    const { rows } = waterfall([entry, service, { ...run, at: [104, 898] }, { ...invocation, at: [105, 880] }, overhead]);

    expect(rows.map(({ operation }) => operation)).toEqual(['GET /', 'upload', 'Overhead']);
    expect(rows[1]?.twins).toHaveLength(2);
  });

  test('keep a run apart that failed in another way than its segment', () => {
    const failed = [entry, service, { ...run, error: 'Unhandled' }, { ...invocation, error: 'TypeError' }];

    expect(operations(failed)).toEqual(['GET /', 'upload', 'function', 'Invocation']);
  });

  test('keep both runs of a service that tried twice', () => {
    const near = { ...run, at: [104, 898] } as const;

    expect(operations([entry, service, near, near])).toEqual(['GET /', 'upload', 'function', 'function']);
  });

  test('start cold from where the container is made, on the path as in the diagnosis', () => {
    const cold = { name: 'Initialization', service: 'upload', at: [200, 300], depth: 3, path: [[200, 300]] } as const;
    const path = [[100, 200]] as const;
    const { path: pieces, rows } = waterfall([entry, { ...service, path }, { ...run, path: [[300, 890]] }, cold]);

    expect(pieces.map(({ what, row, start, end }) => [what, rows[row ?? -1]?.operation, start / 1_000, end / 1_000])).toEqual([
      ['cold', 'upload', 100, 200],
      ['cold', 'Initialization', 200, 300],
      ['work', 'function', 300, 890],
    ]);
  });

  test('read the same in characters', () => {
    expect(`\n${drawn(scene([entry, service, run, invocation, overhead]), 60)}\n`).toBe(`
shop GET /       ├────────────────────────────────┤ 1.00 s
  upload            ├──────────────────────────┤    800 ms
    function               ├──────────────────┤     590 ms
      Overhead                                 │      8 ms
(1 of 5 spans share a row)
`);
  });
});

/** Trees of any shape, made of what X-Ray draws twice. */
const drawnTwice: fc.Arbitrary<readonly Sketch[]> = fc
  .array(
    fc.record({
      step: fc.integer({ min: -3, max: 1 }),
      kind: fc.constantFrom('client', 'server', 'internal', 'consumer'),
      resource: fc.constantFrom('AWS::Lambda', 'AWS::Lambda::Function', 'AWS::SQS::Queue', undefined),
      name: fc.constantFrom('Invocation', 'QueueTime', 'upload', 'Attempt #1'),
      isInferred: fc.boolean(),
      start: fc.integer({ min: 0, max: 2 }),
      error: fc.option(fc.constantFrom('E1', 'E2', 'E3'), { nil: undefined, freq: 3 }),
      isOnPath: fc.boolean(),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((drafts) => {
    let depth = 0;
    return drafts.map(({ step, resource, isInferred, start, error, isOnPath, ...rest }, i): Sketch => {
      depth = i === 0 ? 0 : Math.max(1, depth + step);
      return {
        ...rest,
        at: [start, 500],
        depth,
        ...(resource === undefined ? {} : { resource }),
        ...(isInferred ? { attributes: inferred } : {}),
        ...(error === undefined ? {} : { error }),
        ...(isOnPath ? { path: [[i * 8, i * 8 + 8]] } : {}),
      };
    });
  });

describe('whatever is told twice', () => {
  test('no span is lost, and every type of error keeps a row', () => {
    fc.assert(
      fc.property(drawnTwice, fc.integer({ min: 6, max: 80 }), (sketches, budget) => {
        const { rows, spans, folded } = waterfall(sketches, budget);
        const types = new Set(sketches.map(({ error }) => error).filter((error) => error !== undefined));
        expect(rows.reduce((sum, row) => sum + told(row), 0)).toBe(sketches.length);
        expect([spans, rows.length + folded]).toEqual([sketches.length, sketches.length]);
        expect(new Set(rows.filter(({ failed }) => failed).map(({ errorType }) => errorType))).toEqual(types);
      }),
    );
  });

  test('the critical path stays whole', () => {
    fc.assert(
      fc.property(drawnTwice, (sketches) => {
        const { rows, path, length } = waterfall(sketches, 80);
        const time = sketches.reduce((sum, { path: own = [] }) => sum + own.reduce((all, [from, to]) => all + to - from, 0), 0);
        expect(path.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(time * 1_000);
        expect(rows.reduce((sum, { share }) => sum + share, 0) * length).toBeCloseTo(time * 1_000, 3);
      }),
    );
  });
});
