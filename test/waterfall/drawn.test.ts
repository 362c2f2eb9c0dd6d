import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { altText, drawn } from '../../src/waterfall/drawn.ts';
import { broken, chain, crowd, hostile, machine } from './crowds.ts';
import { checkout, lookup, order } from './examples.ts';
import { scene, sceneOf, transactionOf } from './transactions.ts';

const every = { checkout, lookup, order, hostile, broken, chain: chain(200), crowd: crowd(1_000) };

describe('the drawing', () => {
  test('shows who called whom, when, for how long, and what failed', () => {
    const pay = scene([
      { name: 'POST /pay', service: 'checkout', at: [0, 1_240], error: 'CardDeclined' },
      { name: 'charge', service: 'payment', at: [100, 1_080], depth: 1, error: 'CardDeclined' },
      { name: 'PutItem', service: 'payment', at: [900, 910], depth: 2 },
    ]);

    expect(`\n${drawn(pay, 72)}\n`).toBe(`
checkout POST /pay ├───────────────────────┤ 1.24 s  failed CardDeclined
  payment charge     ├──────────────────┤    980 ms  failed CardDeclined
    PutItem                          │        10 ms
`);
  });

  test('shows an order whose payment declines while its fulfilment waits in a queue', () => {
    expect(`\n${drawn(order, 90)}\n`).toBe(`
orders-api POST /orders       ├───────────────────────────┤ 842 ms  failed 502
  checkout                    ├───────────────────────────┤ 823 ms  failed PaymentDeclined
    GetItem carts              │                             23 ms
    SendMessage fulfilment      ├┤                           44 ms
      fulfilment                  ┄┄┄┄┄┄┄┄┄┄├────┤          188 ms  queue wait 292 ms
        UpdateItem stock                     │               45 ms
        Publish reserved                       │             22 ms
          notification                         ┄┄├────┤     160 ms  wait 58 ms
            POST push…ple.com                     ├──┤      121 ms
    payment                       ├──────────────────────┤  694 ms  failed PaymentDeclined
      POST psp.example.com         ├───────────────────┤    629 ms  failed HTTP 402
      PutItem attempts                                  │    34 ms  gap 4 ms
`);
  });

  test('shades a cold start', () => {
    expect(`\n${drawn(lookup, 72)}\n`).toBe(`
api GET /orders/{id} ├─────────────────────────────┤ 212 ms
  orders-fn           ├░░░░░░░░░░░░░░░░░──────────┤  198 ms  cold 121 ms
    GetItem orders                       ├─┤          18 ms
    GET price:eu                            │          3 ms
    pricing-fn                              ├────┤    41 ms
`);
  });

  test('gives a parent that never came a line of its own, and names every doubt', () => {
    const doubtful = sceneOf({ ...broken.transaction, incomplete: ['missing-parent'] });

    expect(`\n${drawn(doubtful, 72)}\n`).toBe(`
checkout POST /pay      ├────────────┤     400 ms
  clock early bird   ├──┤                  120 ms
  zero                  │                    0 ms
  clock moved           ├─┤                 90 ms
  worker never ended       ├────┤            open
    its child               ├───┤          140 ms
  (missing parent)            ┊   ┊
    ledger l…t child          ├───┤        150 ms
      its query                ├──┤        120 ms
  audit gue…ed child                  ┄┄├┤  70 ms  wait 50 ms
! a parent span never came
`);
  });

  test('indents a deep tree by less, and says how deep it is where there is no room for more', () => {
    const deep = scene(Array.from({ length: 24 }, (_, depth) => ({ name: `step ${depth}`, at: [0, 10], depth })));
    const starts = drawn(deep, 60)
      .split('\n')
      .map((line) => /^( *)(?:(\d+)› )?/.exec(line))
      .map((found) => Number(found?.[2] ?? found?.[1]?.length));

    expect(starts).toEqual(Array.from({ length: 24 }, (_, depth) => depth));
  });

  test('names the further senders of a batch', () => {
    const { traceId, spanId } = transactionOf([{ name: 'x', at: [0, 1] }]).spans[0] ?? { traceId: undefined, spanId: undefined };
    if (traceId === undefined) throw new Error('a transaction of one sketch has one span');
    const batch = scene([{ name: 'poll', at: [0, 10], alsoFrom: Array.from({ length: 9 }, () => ({ traceId, spanId })) }]);

    expect(drawn(batch)).toContain('+9 more senders');
  });

  test('dots where a folded span of the critical path lies outside the bar of its caller', () => {
    const first = drawn(scene(machine(39)), 80).split('\n')[0];

    expect(first).toMatch(/^shop POST \/run \+13 +├─+┤╌{20,} +100 ms$/);
  });

  test('says how much it folded', () => {
    expect(drawn(crowd(1_000)).split('\n').at(-1)).toMatch(/^\(\d{3} of \d{3} spans folded\)$/);
  });

  test.each(Object.entries(every))('of %s keeps to its columns', (_, one) => {
    for (const columns of [60, 80, 100, 160]) {
      for (const line of drawn(one, columns)
        .split('\n')
        .filter((text) => !text.startsWith('!'))) {
        expect([...new Intl.Segmenter('en').segment(line)].length, line).toBeLessThanOrEqual(columns);
      }
    }
  });

  test('is one line a row whatever the names hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (name) => {
        const lines = drawn(scene([{ name, service: name, at: [0, 5], error: [name, name] }])).split('\n');
        expect(lines).toHaveLength(1);
        expect(lines[0]).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
      }),
    );
  });
});

describe('the alternative text', () => {
  test('says first what failed, how long it took, where and why, then where the time went', () => {
    expect(altText(checkout)).toBe(
      'POST /checkout failed after 6.36 s (2.1× p95). ETIMEDOUT in POST wms.internal/reserve of fulfil-fn. ' +
        'Likely cause: fulfil-fn waited 2.75 s for wms.internal and ran into its own timeout of 3 s. ' +
        'Critical path: POST wms.internal/reserve 43 %, queue wait 30 %, cold start of checkout-fn 10 %, POST api.stripe.com/v1/charges 7 %. ' +
        '20 spans, 7 services.',
    );
  });

  test('of a slow transaction compares it with what is usual', () => {
    expect(altText(lookup)).toMatch(
      /^GET \/orders\/\{id\} was slow: 212 ms \(1\.5× p95\)\. Likely cause: orders-fn started cold/,
    );
  });

  test('of a healthy one is short', () => {
    expect(altText(scene([{ name: 'GET /', at: [0, 12], path: [[0, 12]] }]))).toBe(
      'GET / took 12 ms. Critical path: GET / 100 %. 1 span, 1 service.',
    );
  });

  test('warns of what is missing', () => {
    const one = sceneOf(transactionOf([{ name: 'GET /', at: [0, 12] }], { incomplete: ['still-running'] }));

    expect(altText(one)).toContain('Beware: not all spans were seen to end.');
  });

  test.each([
    [[0, 0], 'what was waited for ends after those that waited; no span was moved'],
    [[0, -40], '1 span moved by 40 ms'],
    [[15, -40], '2 spans moved by up to 40 ms'],
  ] as const)('says what clocks that disagree did: %j', ([one, other], words) => {
    const sketches = [
      { name: 'GET /', at: [0, 12] },
      { name: 'a', at: [1, 5], depth: 1, shiftedMs: one },
      { name: 'b', at: [1, 5], depth: 1, shiftedMs: other },
    ] as const;

    expect(altText(sceneOf(transactionOf(sketches, { incomplete: ['clock-skew'] })))).toContain(
      `Beware: clocks disagree: ${words}.`,
    );
  });

  test('cuts what Slack would refuse', () => {
    const long = (i: number): string => `${i} ${'long '.repeat(60)}`;
    const spans = Array.from({ length: 6 }, (_, i) => ({
      name: long(i),
      at: [i, i + 1] as const,
      path: [[i, i + 1]] as const,
      error: [long(i), ''] as const,
    }));

    expect(altText(scene(spans))).toHaveLength(1_000);
  });

  test('is never longer than Slack takes, and tells the outcome whatever the names are', () => {
    const text = fc.string({ unit: 'binary', maxLength: 2_000 });
    fc.assert(
      fc.property(text, text, (name, message) => {
        const spans = Array.from({ length: 8 }, (_, i) => ({
          name: `${i}${name}`,
          service: `${i}${message}`,
          at: [i, i + 1] as const,
          path: [[i, i + 1]] as const,
          error: [message, message] as const,
        }));
        const said = altText(sceneOf(transactionOf(spans, { incomplete: ['missing-root', 'cycle'] })));
        expect(said.length).toBeLessThanOrEqual(1_000);
        expect(said).toContain(' failed after 8 ms.');
      }),
    );
  });
});
