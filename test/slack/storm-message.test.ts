import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Storm } from '../../src/incident/storm.ts';
import { overMessage, stormMessage } from '../../src/slack/storm-message.ts';
import { UTC_TIMES } from '../../src/slack/times.ts';
import { violations } from '../world/slack-validator.ts';
import { alert, NOON, secondsOn } from './samples.ts';

const storm = (
  top: Storm['top'] = Array.from({ length: 20 }, (_, n) => ({ id: `i${n}`, alert: alert(), count: 70 - n })),
): Storm => ({
  ...{ id: 'f00d', began: NOON, last: secondsOn(90), thread: undefined, shown: undefined, over: false },
  ...{ kinds: 70, transactions: 2_485, top },
});
const QUIET = { channel: 'C0INCIDENTS', unfurl_links: false, unfurl_media: false, parse: 'none' };

test('says how much fails, what most, and what else', () => {
  const { text, blocks } = stormMessage(storm(), UTC_TIMES);

  expect(text).toMatch(/^🌪️ A storm: 70 more kinds of failure at once\. 2,485 transactions failed\./);
  expect(JSON.stringify(blocks)).toContain('*70×* `POST /checkout` in production, at `payments charge`');
  expect(JSON.stringify(blocks)).toContain('_and 50 kinds more_ · Since 2026-11-22 14:02 UTC, the last new one 14:03 UTC');
});

test('says what most of them say', () => {
  const top = ['no route', 'no route', 'disk full'].map((message, n) => ({
    ...{ id: `i${n}`, count: 1, alert: alert({ error: { type: 'Refused', message } }) },
  }));
  const said = (kinds: Storm['top']) => JSON.stringify(stormMessage(storm(kinds), UTC_TIMES).blocks[1]);

  expect(said(top)).toContain('2 of these 3 say `Refused: no route`. Something');
  expect(said(top.slice(0, 2))).toContain('All of these say `Refused: no route`.');
  expect(said(top.slice(1))).toContain('failed. Something');
  expect(overMessage({ ...storm(top), over: true }).text).toContain('2 of these 3 say “Refused: no route”. What fails again');
});

test('says when it is over', () => {
  expect(stormMessage({ ...storm(), over: true }, UTC_TIMES).text).toMatch(/^🌥️ The storm is over: .* came for 1 min 30 s\./);
  expect(overMessage({ ...storm(), over: true }).text).toMatch(/^🌥️ The storm is over/);
});

test('breaks no rule of Slack, whatever fails', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom('<!channel>', '`', '', '&'.repeat(5_000)));
  const alerts = fc
    .record({ transaction: text, environment: text, service: text, operation: text, said: text })
    .map(({ service, operation, said, ...rest }) => {
      return alert({ ...rest, hop: { service, operation }, error: { type: said, message: said } });
    });
  const incidents = fc.array(fc.record({ id: fc.string(), alert: alerts, count: fc.nat() }), { maxLength: 20 });
  fc.assert(
    fc.property(incidents, fc.boolean(), (all, over) => {
      const one = { ...storm(all), over };
      expect(violations('chat.postMessage', { ...QUIET, ...stormMessage(one, UTC_TIMES) })).toEqual([]);
      const reply = { ...QUIET, thread_ts: '1795356128.000200', ...overMessage(one) };
      expect(violations('chat.postMessage', reply)).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
