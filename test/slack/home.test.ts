import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Incident } from '../../src/incident/incident.ts';
import { byUrgency } from '../../src/incident/search.ts';
import { homeView } from '../../src/slack/home.ts';
import { foundList, openList, similarList } from '../../src/slack/incident-lines.ts';
import { UTC_TIMES } from '../../src/slack/times.ts';
import { sceneOf, shopScene } from '../map/maps.ts';
import { mrkdwnViolations } from '../world/slack-blocks.ts';
import { violations } from '../world/slack-validator.ts';
import { acknowledged, alert, incident, resolved, secondsOn } from './samples.ts';

const view = (incidents: readonly Incident[], user = 'U0MAYA'): string =>
  JSON.stringify(homeView({ user, incidents, map: undefined }, UTC_TIMES).blocks);

test('the home tab shows what is mine, what is open and what was resolved lately', () => {
  const all = [incident({ id: 'a' }), acknowledged({ id: 'b' }), resolved({ id: 'c' })];

  expect(view(all)).toMatch(
    /Yours \(1\).*`b`.*Also open \(1\).*`a`.*Resolved lately \(1\).*`c`.*Service map.*No trace reached me/,
  );
  expect(view(all, 'U0PRIYA')).toMatch(/^((?!Yours).)*Open \(2\)/);
});

test('what nobody holds comes before what somebody does, however lately that failed', () => {
  const all = [acknowledged({ id: 'held', lastSeen: secondsOn(900) }), incident({ id: 'free' }), resolved({ id: 'over' })];

  expect(byUrgency(all).map(({ id }) => id)).toEqual(['free', 'held', 'over']);
});

test('and the map, when it is drawn', () => {
  const drawn = JSON.stringify(homeView({ user: 'U0MAYA', incidents: [], map: shopScene() }, UTC_TIMES).blocks);

  expect(drawn).toMatch(/Service map.*✕ failures begin here/);
});

test('lists say what they leave out', () => {
  expect(
    openList(
      Array.from({ length: 17 }, () => incident()),
      UTC_TIMES,
    ),
  ).toContain('_and 2 more');
  expect(openList([], UTC_TIMES)).toBe('No incident is open.');
  expect(foundList({ words: 'declined', among: 3, incidents: [incident()] }, UTC_TIMES)).toMatch(
    /^\*1 incident with `declined`\*\n/,
  );
  expect(foundList({ words: '<!channel>', among: 1, incidents: [] }, UTC_TIMES)).toBe(
    'No incident has `&lt;!channel&gt;` in its services, operations, error, causes or notes. I looked at the last 1.',
  );
  expect(similarList([], UTC_TIMES)).toContain('No past incident');
  expect(similarList([{ incident: resolved(), likeness: 0.87 }], UTC_TIMES)).toMatch(
    /\*87 % alike:\*.*Resolved by <@U0JONAS>.*\n\s+Rolled back payments to v41$/s,
  );
});

test('they break no rule of Slack, whatever fails', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom('<!channel>', '`', '', '&'.repeat(5_000)));
  const incidents = fc.array(
    fc
      .record({ transaction: text, environment: text, service: text, operation: text })
      .map(({ service, operation, ...rest }) => resolved({ alert: alert({ ...rest, hop: { service, operation } }) })),
    { maxLength: 30 },
  );
  const arbitraryMap = fc.oneof(
    fc.constantFrom('drawing' as const, undefined),
    text.map((name) => sceneOf([[name, `${name}!`, 7, 5, 3]])),
  );
  fc.assert(
    fc.property(incidents, arbitraryMap, (all, map) => {
      expect(
        violations('views.publish', { user_id: 'U0MAYA', view: homeView({ user: 'U0MAYA', incidents: all, map }, UTC_TIMES) }),
      ).toEqual([]);
      expect(mrkdwnViolations(openList(all, UTC_TIMES))).toEqual([]);
      expect(openList(all, UTC_TIMES).length).toBeLessThan(12_000);
    }),
    { numRuns: 200 },
  );
});
