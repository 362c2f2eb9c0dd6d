import { expect, test } from 'vitest';
import { builtIn, named, regexesIn } from './regexes.ts';
import verdicts from './verdicts.json' with { type: 'json' };

/**
 * Of those that the checker calls slow, or cannot judge in its time, why they cannot be made slow: nothing that is longer reaches them.
 * Measured by `npm run bench:regexes`, which also writes the verdicts.
 */
const BOUNDED: Readonly<Record<string, string>> = {
  'src/incident/template.ts': 'reads the first 4,000 characters only',
  'src/slack/mrkdwn.ts': 'reads one word of a text that was cut to its length before',
  'src/local/shop/telemetry.ts': 'reads our own configuration',
};

/** Put together from texts of ours. */
const BUILT = ['src/redaction/finding.ts', 'src/redaction/tokens.ts', 'src/telemetry/lambda-report.ts'];

const judged: Readonly<Record<string, string>> = verdicts;
const all = regexesIn(['src', 'jobs']);

test('every regular expression was judged by the checker', () => {
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter((regex) => judged[named(regex)] === undefined).map(({ where }) => where)).toEqual([]);
});

test('each is linear, or nothing long reaches it, and we know why', () => {
  const slow = all.filter((regex) => judged[named(regex)] !== 'safe');
  expect(
    slow.filter(({ where }) => BOUNDED[where.split(':')[0] ?? ''] === undefined).map((regex) => `${regex.where} ${named(regex)}`),
  ).toEqual([]);
});

test('none is put together while the program runs but those that are known', () => {
  expect(builtIn(['src', 'jobs'])).toEqual(BUILT);
});
