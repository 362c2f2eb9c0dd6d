import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Incident } from '../../src/incident/incident.ts';
import { homeView } from '../../src/slack/home.ts';
import { incidentList, similarList } from '../../src/slack/incident-lines.ts';
import { UTC_TIMES } from '../../src/slack/times.ts';
import { mrkdwnViolations } from '../world/slack-blocks.ts';
import { violations } from '../world/slack-validator.ts';
import { acknowledged, alert, incident, resolved } from './samples.ts';

const view = (incidents: readonly Incident[], user = 'U0MAYA'): string =>
  JSON.stringify(homeView(incidents, user, UTC_TIMES).blocks);

test('the home tab shows what is mine, what is open and what was resolved lately', () => {
  const all = [incident({ id: 'a' }), acknowledged({ id: 'b' }), resolved({ id: 'c' })];

  expect(view(all)).toMatch(/Yours \(1\).*`b`.*Open \(2\).*`a`.*`b`.*Resolved lately \(1\).*`c`/);
  expect(view(all, 'U0PRIYA')).toMatch(/Yours \(0\).*Nothing\..*Open \(2\)/);
});

test('lists say what they leave out', () => {
  expect(
    incidentList(
      'Open incidents',
      Array.from({ length: 17 }, () => incident()),
      UTC_TIMES,
    ),
  ).toContain('_and 2 more');
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
  fc.assert(
    fc.property(incidents, (all) => {
      expect(violations('views.publish', { user_id: 'U0MAYA', view: homeView(all, 'U0MAYA', UTC_TIMES) })).toEqual([]);
      expect(mrkdwnViolations(incidentList('x', all, UTC_TIMES))).toEqual([]);
      expect(incidentList('x', all, UTC_TIMES).length).toBeLessThan(12_000);
    }),
    { numRuns: 200 },
  );
});
