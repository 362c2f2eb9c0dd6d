import { expect, test } from 'vitest';
import { matchesWords } from '../../src/incident/search.ts';
import { closingNote, similarTo } from '../../src/incident/similar.ts';
import { alert, cause, incident, resolved, secondsOn } from '../slack/samples.ts';

const now = incident({ id: 'now' });

test('the same failure is the most alike, then the same hop, and what has little in common is not named', () => {
  const past = [
    resolved({
      id: 'far',
      alert: alert({ hop: { service: 'mail', operation: 'send' }, error: { type: 'X', message: 'y' }, causes: [] }),
    }),
    resolved({ id: 'same hop', alert: alert({ transaction: 'GET /rates', service: 'rates' }) }),
    resolved({ id: 'same', alert: alert({ error: { type: 'Sandbox.Timedout', message: 'Task timed out after 9.50 seconds' } }) }),
  ];

  expect(similarTo(now, past).map(({ incident: { id } }) => id)).toEqual(['same', 'same hop']);
  expect(similarTo(now, past)[0]?.likeness).toBeCloseTo(1);
});

test('three at most, the later before the earlier, only what was resolved, and never itself', () => {
  const past = [1, 2, 3, 4].map((n) => resolved({ id: `p${n}`, lastSeen: secondsOn(n) }));

  expect(similarTo(now, [now, incident({ id: 'open' }), ...past]).map(({ incident: { id } }) => id)).toEqual(['p4', 'p3', 'p2']);
});

test('the note that closed it is the last one', () => {
  expect(closingNote(resolved())).toBe('Rolled back payments to v41');
  expect(closingNote(incident())).toBeUndefined();
});

test.each([
  ['payments timed', true],
  ['CHECKOUT production', true],
  ['rolled back', true],
  ['ledger', true],
  ['payments mail', false],
])('a search for %j finds it: %s', (words, found) => {
  expect(matchesWords(resolved({ alert: alert({ causes: [cause()] }) }), words)).toBe(found);
});
