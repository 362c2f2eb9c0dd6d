import { expect, test } from 'vitest';
import { snoozeEnd, tomorrowAtNine } from '../../src/incident/snooze.ts';
import { isZone } from '../../src/incident/wall-clock.ts';
import { fromMillis, toMillis } from '../../src/units.ts';

const at = (iso: string) => fromMillis(Date.parse(iso));
const shown = (ms: number, zone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(ms);

test.each([
  ['2026-11-22T14:02:07Z', 'Europe/Berlin', '2026-11-23T08:00:00Z'],
  // The clocks go back in the night between, and forward.
  ['2026-10-24T20:00:00Z', 'Europe/Berlin', '2026-10-25T08:00:00Z'],
  ['2027-03-27T20:00:00Z', 'Europe/Berlin', '2027-03-28T07:00:00Z'],
  // It is tomorrow already there.
  ['2026-11-22T20:00:00Z', 'Asia/Kolkata', '2026-11-24T03:30:00Z'],
  ['2026-11-22T20:00:00Z', 'UTC', '2026-11-23T09:00:00Z'],
])('at %s in %s, tomorrow at nine is %s', (now, zone, then) => {
  expect(new Date(toMillis(tomorrowAtNine(at(now), zone))).toISOString()).toBe(new Date(then).toISOString());
});

test('is nine in the morning in every zone there is, on every day that moves a clock', () => {
  for (const zone of Intl.supportedValuesOf('timeZone'))
    for (const now of ['2026-03-07T18:30:00Z', '2026-03-28T12:00:00Z', '2026-10-24T23:10:00Z', '2026-10-31T06:00:00Z']) {
      const [today] = shown(Date.parse(now), zone).split(' ');
      const [day, time] = shown(toMillis(tomorrowAtNine(at(now), zone)), zone).split(' ');
      expect([zone, time]).toEqual([zone, '09:00']);
      expect(Date.parse(day ?? '') - Date.parse(today ?? '')).toBe(86_400_000);
    }
});

test('the other choices', () => {
  const now = at('2026-11-22T14:00:00Z');
  const asked = { now, zone: 'UTC', version: '1.4.2' };

  expect(snoozeEnd('15m', asked)).toEqual({ kind: 'time', at: at('2026-11-22T14:15:00Z') });
  expect(snoozeEnd('1h', asked)).toEqual({ kind: 'time', at: at('2026-11-22T15:00:00Z') });
  expect(snoozeEnd('4h', asked)).toEqual({ kind: 'time', at: at('2026-11-22T18:00:00Z') });
  expect(snoozeEnd('deployment', asked)).toEqual({ kind: 'deployment', version: '1.4.2' });
  expect([isZone('Europe/Berlin'), isZone('Mars/Olympus')]).toEqual([true, false]);
});
