import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ToldTransaction } from '../../src/ports.ts';
import { answerMessage, inWordsMessage, notFoundMessage, traceHelp } from '../../src/slack/answer-message.ts';
import { changeNote } from '../../src/slack/change-notes.ts';
import { threadComment } from '../../src/slack/thread-comment.ts';
import { UTC_TIMES } from '../../src/slack/times.ts';
import type { LogRecord } from '../../src/telemetry/record.ts';
import { fromMillis } from '../../src/units.ts';
import { mrkdwnViolations } from '../world/slack-blocks.ts';
import { seen } from './parsed-mrkdwn.ts';
import { acknowledged, cause, entry, incident, life, NOON, resolved, secondsOn, TRACE, telling, transaction } from './samples.ts';

const told = (changes: Partial<ToldTransaction> = {}): ToldTransaction => ({
  telling: telling(),
  incident: undefined,
  askedBy: 'U0MAYA',
  ...changes,
});
const answered = (changes: Partial<ToldTransaction> = {}): string => seen(answerMessage(told(changes), UTC_TIMES));

const logLine = (changes: Partial<LogRecord>): LogRecord => ({
  ...{ kind: 'log', traceId: TRACE, spanId: undefined, requestId: undefined, service: 'payments' },
  ...{ at: NOON, severity: 'info', body: '' },
  ...changes,
});

describe('the words beside the waterfall', () => {
  test('say what the root above them does not: further evidence and causes, and how to ask again', () => {
    const causes = [
      cause(),
      cause({ confidence: 0.6, summary: 'ledger is throttled', evidence: ['14 of 20 writes were refused'] }),
    ];

    expect(seen(threadComment(telling({ causes })))).toBe(
      [
        '• No retry was seen',
        '*Likely:* ledger is throttled',
        '• 14 of 20 writes were refused',
        '2 spans in 2 services · /trace 1-6b027f5f-4a1c22d09e6b7a3358c10f7d',
      ].join('\n'),
    );
  });

  test.each([
    [0.95, 'Very likely'],
    [0.8, 'Very likely'],
    [0.79, 'Likely'],
    [0.55, 'Likely'],
    [0.54, 'Possible'],
    [0.35, 'Possible'],
  ])('say of a confidence of %d: %s', (confidence, words) => {
    expect(threadComment(telling({ causes: [cause(), cause({ confidence })] }))).toMatch(new RegExp(`^\\*${words}:\\* `, 'm'));
  });

  test.each([0.34, 0, Number.NaN])(
    'admit of a confidence of %d that it is not enough, and still show what was found',
    (confidence) => {
      const text = seen(threadComment(telling({ causes: [cause({ confidence })] })));

      expect(text).toMatch(/^Not enough evidence to name a cause\.\n• 2\.98 s/);
      expect(text).not.toContain('time-out');
    },
  );

  test('say that more causes were found than are shown', () => {
    expect(threadComment(telling({ causes: Array.from({ length: 6 }, () => cause()) }))).toContain('_and 2 less likely_');
  });

  test('say what is missing from the picture', () => {
    const incomplete = telling({ transaction: transaction({ incomplete: ['missing-parent', 'truncated'] }) });

    expect(threadComment(incomplete)).toContain(
      ':warning: Not the whole story: a parent span never came; too many spans: some are left out.',
    );
  });

  test('show what was logged round the failure by the picture’s clock, and where in the code it was thrown', () => {
    const stack =
      'Error: no\n    at send (node:net:1:2)\n    at charge (/app/payment.js:42:11)\n    at run (/app/node_modules/x.js:1:1)';
    const logs = [
      logLine({ body: 'charging card', at: secondsOn(1) }),
      logLine({ body: 'ledger is `slow`\nagain', severity: 'warn', at: secondsOn(2) }),
      logLine({ body: 'ledger is `slow`\nagain', severity: 'warn', at: secondsOn(3) }),
      logLine({ body: 'of another service', service: 'stock', at: secondsOn(1) }),
    ];
    const { spans } = transaction();
    const thrown = spans.map((span) => ({ ...span, attributes: { 'exception.stacktrace': stack } }));

    expect(seen(threadComment(telling({ transaction: transaction({ spans: thrown, logs }) })))).toContain(
      "\n+1.00 s INFO: charging card\n+2.00 s WARN: ledger is 'slow' again (2×)\nat charge (/app/payment.js:42:11)\n",
    );
  });

  test('are never longer than Slack recommends, nor do anything', () => {
    const long = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom('<!channel>', '&'.repeat(5_000)));
    const causes = fc.array(fc.record({ confidence: fc.double({ min: 0, max: 1 }), summary: long, evidence: fc.array(long) }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(causes, (all) => {
        const logs = all.map(({ summary }, each) => logLine({ body: summary, at: secondsOn(each) }));
        const found = telling({ causes: all.map((each) => cause(each)), transaction: transaction({ logs }) });
        const known = incident({ log: all.map(({ summary }) => entry('noted', 'U0MAYA', 0, summary)) });
        for (const text of [threadComment(found), answerMessage(told({ telling: found, incident: known }), UTC_TIMES)]) {
          expect(text.length).toBeLessThanOrEqual(4_000);
          expect(mrkdwnViolations(text)).toEqual([]);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('the answer to /trace', () => {
  test('says how it ended, how long it took, where it fails and why', () => {
    expect(answered()).toBe(
      [
        '🔴 *Failed* after *3.21 s*: POST /checkout in production, 2026-11-22 14:02 UTC',
        'Fails at payments charge: Sandbox.Timedout: Task timed out after 3.00 seconds',
        '*Very likely:* payments runs into its 3 s time-out while it waits for ledger_entries PutItem',
        '• 2.98 s of its 3.00 s were spent in ledger_entries PutItem, which usually takes 41 ms',
        '• No retry was seen',
        '1-6b027f5f-4a1c22d09e6b7a3358c10f7d',
      ].join('\n'),
    );
  });

  test('looks for no cause where nothing is wrong', () => {
    expect(answered({ telling: telling({ outcome: 'ok', causes: [] }) })).toBe(
      '🟢 *Succeeded* after *3.21 s*: POST /checkout in production, 2026-11-22 14:02 UTC\n1-6b027f5f-4a1c22d09e6b7a3358c10f7d',
    );
  });

  test('says how much slower than usual it is', () => {
    const usual = { count: 500, p50: fromMillis(300), p95: fromMillis(800) };

    expect(answered({ telling: telling({ outcome: 'slow', usual }) })).toContain('🟠 *Slow* after *3.21 s* (4.0× p95)');
  });

  test('leads to the incident that it belongs to, with its notes', () => {
    const known = resolved({ thread: { channel: 'C0INCIDENTS', ts: '1795356128.000200' } });
    const text = answerMessage(told({ incident: known }), UTC_TIMES);

    expect(text).toContain(
      'One of 12 transactions of an incident, which is resolved: <https://slack.com/archives/C0INCIDENTS/p1795356128000200|open its thread>.',
    );
    expect(text).toContain('📝 <@U0JONAS>, 2026-11-22 14:07 UTC: Rolled back payments to v41');
  });

  test('counts the notes that it leaves out', () => {
    const log = Array.from({ length: 7 }, (_, each) => entry('noted', 'U0MAYA', each, `note ${each}`));
    const text = answered({ incident: incident({ log }) });

    expect(text).toContain('_3 older notes not shown_');
    expect(text).not.toContain('note 2');
    expect(text).toContain('note 6');
  });

  test('makes no link of a thread that is not well formed', () => {
    const odd = incident({ thread: { channel: 'C1|<!here>', ts: 'x' } });

    expect(mrkdwnViolations(answerMessage(told({ incident: odd })))).toEqual([]);
  });

  test('is drawn in characters where no picture can be shown, with the remedy', () => {
    const text = inWordsMessage({ kind: 'in-words', told: told(), why: 'not_in_channel' }, UTC_TIMES);

    expect(text).toMatch(/```\ncheckout.*3\.21 s {2}failed\n {2}payments charge/);
    expect(text).toContain('`/invite @Tracefall` brings me in');
    expect(text.length).toBeLessThan(12_000);
  });

  test('says what was looked for, where, and what to try, where nothing is known', () => {
    expect(seen(notFoundMessage({ kind: 'trace', traceId: TRACE }))).toMatch(
      /^I know nothing of trace 1-6b027f5f-4a1c22d09e6b7a3358c10f7d\.\nI looked through all spans.*\nIt may be too old.*the Lambda request id\.$/,
    );
    expect(notFoundMessage({ kind: 'request', requestId: 'x`<!here>' })).not.toContain('<!here>');
  });

  test('explains itself', () => {
    expect(mrkdwnViolations(traceHelp())).toEqual([]);
    expect(traceHelp()).toContain('a Lambda request');
  });
});

describe('who presses a button is told', () => {
  test('nothing when it worked: the message shows it', () => {
    expect(changeNote({ kind: 'changed', incident: acknowledged() }, 'U0JONAS', UTC_TIMES)).toBeUndefined();
  });

  test.each([
    ['who was first', acknowledged(), 'U0JONAS', '<@U0MAYA> already acknowledged this, 2026-11-22 14:03 UTC.'],
    ['that it was they themselves', acknowledged(), 'U0MAYA', 'You already acknowledged this, 2026-11-22 14:03 UTC.'],
    ['that it is over', resolved(), 'U0MAYA', '<@U0JONAS> already resolved this, 2026-11-22 14:17 UTC.'],
    [
      'that the machine resolved it',
      incident({ life: life({ state: 'resolved', by: 'tracefall', at: NOON }) }),
      'U0MAYA',
      'Tracefall already',
    ],
    ['to look again', incident(), 'U0MAYA', 'That cannot be done now'],
  ])('%s', (_, known, user, note) => {
    expect(changeNote({ kind: 'refused', incident: known }, user, UTC_TIMES)).toContain(note);
  });

  test('that the incident is gone', () => {
    expect(changeNote({ kind: 'unknown' }, 'U0MAYA', UTC_TIMES)).toContain('no longer know');
  });
});
