import { describe, expect, test } from 'vitest';
import type { Incident } from '../../src/incident/incident.ts';
import type { Life } from '../../src/incident/life.ts';
import { memoOf, recalled } from '../../src/slack/memo.ts';
import { rootMessage } from '../../src/slack/root-message.ts';
import { UTC_TIMES } from '../../src/slack/times.ts';
import { acknowledged, alert, cause, incident, life, resolved, secondsOn, TRACE } from './samples.ts';

const THREAD = { channel: 'C0INCIDENTS', ts: '1795356128.000200' };

const again = (told: Incident): Incident | undefined => recalled({ id: told.id, memo: memoOf(told) }, THREAD);

const by = { by: 'U0MAYA', at: secondsOn(95) };
const LIVES: readonly Life[] = [
  life({ state: 'open' }),
  life({ state: 'open', assignee: 'U0JONAS', reopened: [secondsOn(1), secondsOn(2)] }),
  life({ state: 'acknowledged', ...by, assignee: 'U0JONAS' }),
  life({ state: 'snoozed', ...by, until: { kind: 'time', at: secondsOn(900) } }),
  life({ state: 'snoozed', ...by, until: { kind: 'deployment', version: undefined } }),
  life({ state: 'flapping', times: 4, resting: true }),
  life({ state: 'resolved', ...by }),
  life({ state: 'merged', into: '0123456789ab' }),
];

describe('what a root says of its incident to ourselves', () => {
  test.each(LIVES.map((each) => [each.state, each] as const))('holds where it stands: %s', (_, standing) => {
    // As Redis gives it back: what is undefined is not there.
    expect(again(incident({ life: JSON.parse(JSON.stringify(standing)) }))?.life).toEqual(standing);
  });

  test('is enough to write the same root again, but for "at least"', () => {
    for (const told of [
      incident(),
      acknowledged(),
      incident({ alert: alert({ causes: [], outcome: 'slow', error: undefined }) }),
    ]) {
      const [before, after] = [told, again(told)].map((each) => each && rootMessage(each, UTC_TIMES));
      const said = (text: string | undefined) => text?.replaceAll('At least ', '');

      expect(after?.text).toContain('At least 12 transactions');
      expect(said(after?.text)).toBe(before?.text);
      expect(said(JSON.stringify(after?.blocks))).toBe(JSON.stringify(before?.blocks));
    }
  });

  test('says at least of one, too', () => {
    const once = again(incident({ count: 1 }));

    expect(once && rootMessage(once, UTC_TIMES).text).toContain('At least once in production');
  });

  test('gives the places of lost changes to no others, and tells none of them again', () => {
    const back = again(resolved());

    expect(back?.log.map(({ what }) => what)).toEqual(['recalled', 'recalled', 'recalled', 'recalled']);
    expect(back?.told).toBe(4);
    expect(back?.shown).toBe(4);
  });

  test.each([
    ['long', 'ü'.repeat(400), true],
    ['quoted', 'ü"\\'.repeat(400), true],
    ['not to be written', '\u0000'.repeat(400), false],
  ])('is short, whatever the telemetry says: %s', (_, long, isTold) => {
    const at = { service: long, operation: long };
    const told = incident({
      life: life({
        state: 'snoozed',
        ...by,
        until: { kind: 'deployment', version: long },
        reopened: Array(50).fill(secondsOn(1)),
      }),
      newest: { traceId: TRACE, version: long },
      alert: alert({
        ...{ transaction: long, service: long, environment: long, hop: at, error: { type: long, message: long } },
        ...{ version: long, owner: long, causes: Array(9).fill(cause({ ...at, summary: long, evidence: Array(9).fill(long) })) },
      }),
    });

    expect((memoOf(told) ?? '').length).toBeLessThanOrEqual(4_000);
    expect(again(told)?.id).toBe(isTold ? told.id : undefined);
  });

  test.each([
    ['nothing', {}],
    ['the id alone, as earlier versions wrote it', { id: '3f9a1c07be42' }],
    ['no JSON', { id: '3f9a1c07be42', memo: '{"v":1' }],
    ['a memo of a newer version', { id: '3f9a1c07be42', memo: memoOf(incident())?.replace('"v":1', '"v":2') }],
    ['a log that never ends', { id: '3f9a1c07be42', memo: memoOf(incident())?.replace('"entries":1', '"entries":1e9') }],
    ['a life that there is not', { id: '3f9a1c07be42', memo: memoOf(incident())?.replace('"open"', '"closed"') }],
  ])('is left alone where it is %s', (_, payload) => {
    expect(recalled(payload, THREAD)).toBeUndefined();
  });
});
