import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_RULES, isBroadcast, isLike, type Match, quietFor, type Rules, tellingOf } from '../../src/incident/rules.ts';
import { fromMillis, fromSeconds } from '../../src/units.ts';
import { alert, entry } from '../slack/samples.ts';

const rules = (changes: Partial<Rules>): Rules => ({ ...DEFAULT_RULES, channel: 'C0DEFAULT', ...changes });
const slow = alert({ outcome: 'slow', duration: fromMillis(900), owner: 'team-pay' });

test.each<[string, Match, boolean]>([
  ['everything', {}, true],
  ['its environment', { environment: 'prod*' }, true],
  ['another environment', { environment: 'staging' }, false],
  ['the service that people called', { service: 'checkout-api' }, true],
  ['the service that failed', { service: 'payments' }, true],
  ['its operation', { operation: 'POST *' }, true],
  ['its owner', { owner: 'team-*' }, true],
  ['another owner', { owner: 'team-mail' }, false],
  ['its severity', { severity: 'slow' }, true],
  ['all of two, one of which is not so', { environment: 'production', severity: 'failed' }, false],
])('a route by %s', (_, when, matches) => {
  expect(tellingOf(slow, undefined, rules({ routes: [{ when, channel: 'C0PAY' }] }))).toEqual(
    matches
      ? { kind: 'told', channel: 'C0PAY', why: 'route 1' }
      : { kind: 'told', channel: 'C0DEFAULT', why: 'the default channel' },
  );
});

test('the first route that matches decides, and a mute rule before all routes', () => {
  const routes = [
    { when: { severity: 'failed' as const }, channel: 'C0A' },
    { when: {}, channel: 'C0B' },
    { when: {}, channel: 'C0C' },
  ];

  expect(tellingOf(slow, undefined, rules({ routes }))).toMatchObject({ channel: 'C0B', why: 'route 2' });
  expect(tellingOf(slow, undefined, rules({ routes, mute: [{ environment: 'x' }, { severity: 'slow' }] }))).toEqual({
    kind: 'untold',
    why: 'mute rule 2',
  });
});

test('what is slow is told beyond its threshold only; a failure always', () => {
  const usual = { count: 50, p50: fromMillis(100), p95: fromMillis(300) };
  const told = (threshold: object, outcome: 'slow' | 'failed' = 'slow') =>
    tellingOf({ ...slow, outcome }, usual, rules({ thresholds: [{ when: {}, ...threshold }] })).kind;

  expect([told({ longerThan: fromMillis(800) }), told({ longerThan: fromMillis(900) })]).toEqual(['told', 'untold']);
  expect([told({ timesUsual: 2 }), told({ timesUsual: 3 })]).toEqual(['told', 'untold']);
  expect(told({ longerThan: fromSeconds(60) }, 'failed')).toBe('told');
});

test.each([
  ['2026-11-22T21:30:00Z', 9.5],
  ['2026-11-22T20:59:00Z', 0],
  ['2026-11-23T06:59:00Z', 1 / 60],
  ['2026-11-23T07:00:00Z', 0],
])('at %s, quiet hours from 22 to 8 in Berlin last %d hours more', (now, hours) => {
  const quietHours = [{ when: {}, from: 22 * 60, until: 8 * 60, zone: 'Europe/Berlin' }];

  expect(quietFor(slow, fromMillis(Date.parse(now)), rules({ quietHours })) / 3_600_000_000).toBeCloseTo(hours, 5);
  expect(
    quietFor(
      slow,
      fromMillis(Date.parse(now)),
      rules({ quietHours: quietHours.map((hours) => ({ ...hours, when: { owner: 'x' } })) }),
    ),
  ).toBe(0);
});

test('a star stands for anything, as a regular expression would have it', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
  fc.assert(
    fc.property(letters, letters, (text, pattern) => {
      const value = text.replaceAll('*', 'c');
      expect(isLike(value, pattern)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(value));
    }),
    { numRuns: 3_000 },
  );
});

test.each<[string, number, string, boolean]>([
  ['after as long as the channel says', 3_700, 'C0PAY', true],
  ['sooner', 3_600, 'C0PAY', false],
  ['in a channel that says nothing', 99_999, 'C0OTHER', false],
])('a failure that comes back %s is told to the channel or not', (_, again, channel, told) => {
  const log = [entry('opened', 'tracefall', 0), entry('resolved', 'U0MAYA', 100), entry('reopened', 'tracefall', again)];
  const policy = rules({ broadcast: [{ channel: 'C0PAY', reopenedAfter: fromSeconds(3_600) }] });

  expect(isBroadcast({ log }, 2, channel, policy)).toBe(told);
  expect(isBroadcast({ log }, 1, channel, policy)).toBe(false);
});
