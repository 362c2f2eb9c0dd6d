import type { ActionsBlockElement, KnownBlock } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Incident, LogEntry } from '../../src/incident/incident.ts';
import type { Life } from '../../src/incident/life.ts';
import {
  ACTION_ID_CHARACTERS,
  BLOCKS,
  BUTTON_VALUE_CHARACTERS,
  MESSAGE_CHARACTERS,
  SECTION_CHARACTERS,
  TOP_LEVEL_CHARACTERS,
} from '../../src/slack/limits.ts';
import { rootMessage } from '../../src/slack/root-message.ts';
import { UTC_TIMES } from '../../src/slack/times.ts';
import { fromMillis, micros } from '../../src/units.ts';
import { violations } from '../world/slack-validator.ts';
import { seen } from './parsed-mrkdwn.ts';
import { acknowledged, alert, cause, entry, incident, life, NOON, resolved, secondsOn, TRACE } from './samples.ts';

/** What a person reads, top to bottom. */
const read = (one: Incident): string => rootMessage(one, UTC_TIMES).blocks.flatMap(words).join('\n');

function words(block: KnownBlock): readonly string[] {
  if (block.type === 'header') return [block.text.text];
  if (block.type === 'section') return [seen(block.text?.text ?? '')];
  if (block.type === 'context') return block.elements.map((element) => ('text' in element ? seen(element.text) : ''));
  if (block.type === 'actions') return [block.elements.map(labelOf).join(' ')];
  return [`unexpected ${block.type}`];
}

function labelOf(element: ActionsBlockElement): string {
  if ('text' in element) return `[${element.text.text}]`;
  return 'placeholder' in element ? `(${element.placeholder?.text})` : '(more)';
}

const violationsOf = (one: Incident): readonly string[] =>
  violations('chat.postMessage', {
    channel: 'C0INCIDENTS',
    ...rootMessage(one),
    unfurl_links: false,
    unfurl_media: false,
    parse: 'none',
  });

describe('the root message', () => {
  test('says what fails, where, why, how often and since when, and what can be done', () => {
    expect(read(incident())).toBe(
      [
        '🔴 POST /checkout is failing in payments',
        '*Very likely:* payments runs into its 3 s time-out while it waits for ledger_entries PutItem',
        'Sandbox.Timedout: Task timed out after 3.00 seconds',
        '> 2.98 s of its 3.00 s were spent in ledger_entries PutItem, which usually takes 41 ms',
        '*12 transactions*, 1.7 a minute, in *production* since 2026-11-22 14:02 UTC, last 14:09 UTC',
        'Fails at payments charge, 3.21 s in all',
        'Nobody has taken it yet · enters at checkout-api',
        '[Acknowledge] [Annotate] (Snooze) [Resolve] (more)',
      ].join('\n'),
    );
  });

  test('says who holds it, and offers no second acknowledgement', () => {
    const text = read(acknowledged());

    expect(text).toContain('🟠 POST /checkout is failing in payments');
    expect(text).toContain('Acknowledged by @U0MAYA, 2026-11-22 14:03 UTC');
    expect(text).toMatch(/\[Annotate\] \(Snooze\) \[Resolve\] \(more\)$/);
    expect(text).not.toContain('Acknowledge]');
  });

  test('says who resolved it, and offers only to write about it', () => {
    const text = read(resolved());

    expect(text).toContain('🟢 Resolved: POST /checkout failed in payments');
    expect(text).toContain('Resolved by @U0JONAS, 2026-11-22 14:17 UTC · enters at checkout-api · 1 note');
    expect(text).toMatch(/\n\[Annotate\] \[Reopen\] \(more\)$/);
  });

  test('says that the machine resolved it, where no person did', () => {
    expect(read(incident({ life: life({ state: 'resolved', by: 'tracefall', at: secondsOn(900) }) }))).toContain(
      'Resolved by Tracefall',
    );
  });

  test('calls slowness by its name', () => {
    const text = read(incident({ alert: alert({ outcome: 'slow', error: undefined }) }));

    expect(text).toContain('POST /checkout is slow in payments');
    expect(text).toContain('Time goes to payments charge');
  });

  test('names no cause without evidence', () => {
    const guess = cause({ confidence: 0.2, summary: 'perhaps the moon' });
    const text = read(incident({ alert: alert({ causes: [guess, cause({ kind: 'unknown', confidence: 0.9 })] }) }));

    expect(text).toContain('Not enough evidence to name a cause.');
    expect(text).not.toContain('moon');
  });

  test('does not repeat the service that people called', () => {
    const own = alert({ hop: { service: 'checkout-api', operation: 'POST /checkout' } });

    expect(read(incident({ alert: own }))).toMatch(/^🔴 POST \/checkout is failing\n/);
  });

  test('says once what happened once', () => {
    const text = read(incident({ count: 1, lastSeen: NOON }));

    expect(text).toContain('*Once* in *production*, 2026-11-22 14:02 UTC');
    expect(text).not.toContain('since');
  });

  test('names the day again when the last time is far from the first', () => {
    expect(read(incident({ lastSeen: secondsOn(86_400) }))).toContain('last 2026-11-23 14:02 UTC');
  });

  test("shows times in each reader's own zone", () => {
    const [, , extent] = rootMessage(incident()).blocks;

    expect(JSON.stringify(extent)).toContain('<!date^1795356127^{date_short_pretty} {time}|2026-11-22 14:02 UTC>');
  });

  test('tells a screen reader the same', () => {
    expect(rootMessage(acknowledged()).text).toBe(
      [
        '🟠 POST /checkout is failing in payments.',
        'Very likely: payments runs into its 3 s time-out while it waits for ledger_entries PutItem.',
        '2.98 s of its 3.00 s were spent in ledger_entries PutItem, which usually takes 41 ms.',
        'Error: Sandbox.Timedout: Task timed out after 3.00 seconds.',
        'Fails at payments charge, 3.21 s in all.',
        '12 transactions in production since 2026-11-22 14:02 UTC, last 2026-11-22 14:09 UTC.',
        'Acknowledged by U0MAYA, 2026-11-22 14:03 UTC.',
      ].join(' '),
    );
  });

  test('can be found again by its incident', () => {
    expect(rootMessage(incident()).metadata).toEqual({ event_type: 'tracefall_incident', event_payload: { id: '3f9a1c07be42' } });
  });

  test('is the same for everybody', () => {
    expect(rootMessage(incident())).toEqual(rootMessage(incident()));
  });

  test('breaks no rule of Slack, whatever systems and people say', () => {
    fc.assert(
      fc.property(anyIncident, (one) => {
        expect(violationsOf(one)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

test('the longest message stays far below what Slack takes', () => {
  const endless = '<&>`'.repeat(1_000);
  const worst = incident({
    id: 'i'.repeat(64),
    log: [entry('acknowledged', endless, 0)],
    life: life({ state: 'acknowledged', by: endless, at: NOON, assignee: endless }),
    alert: alert({
      transaction: endless,
      service: endless,
      environment: endless,
      hop: { service: `${endless}!`, operation: endless },
      error: { type: endless, message: endless },
      causes: [cause({ summary: endless, evidence: [endless] })],
    }),
  });
  const { blocks, text } = rootMessage(worst);
  const sections = blocks.flatMap((block) => (block.type === 'section' ? [block.text?.text.length ?? 0] : []));
  const buttons = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));

  expect(blocks.length).toBeLessThan(BLOCKS / 2);
  expect(Math.max(...sections)).toBeLessThan(SECTION_CHARACTERS / 2);
  expect(JSON.stringify(blocks).length).toBeLessThan(MESSAGE_CHARACTERS / 2);
  expect(text.length).toBeLessThanOrEqual(TOP_LEVEL_CHARACTERS);
  for (const button of buttons) {
    expect('value' in button ? String(button.value).length : 0).toBeLessThan(BUTTON_VALUE_CHARACTERS);
    expect(button.action_id?.length).toBeLessThan(ACTION_ID_CHARACTERS);
  }
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.constantFrom('<!channel>', '`', '&', '', ' ', '<@U0MAYA> '.repeat(2_000), '>'.repeat(9_999)),
);
const anyTime = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => micros(seconds * 1_000_000));
const anyCause = fc.record({
  kind: fc.constantFrom('exception', 'unknown', 'throttled'),
  confidence: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(Number.NaN)),
  summary: anyText,
  evidence: fc.array(anyText, { maxLength: 3 }),
});
const anyLife: fc.Arbitrary<Life> = fc
  .oneof(
    fc.record({ state: fc.constant('open' as const) }),
    fc.record({ state: fc.constantFrom('acknowledged' as const, 'resolved' as const), by: anyText, at: anyTime }),
    fc.record({
      ...{ state: fc.constant('snoozed' as const), by: anyText, at: anyTime },
      until: fc.oneof(
        fc.record({ kind: fc.constant('time' as const), at: anyTime }),
        fc.record({ kind: fc.constant('deployment' as const), version: anyText }),
      ),
    }),
    fc.record({ state: fc.constant('flapping' as const), times: fc.nat(), resting: fc.boolean() }),
    fc.record({ state: fc.constant('merged' as const), into: anyText }),
  )
  .chain((standing) => fc.record({ assignee: fc.option(anyText, { nil: undefined }) }).map((of) => life({ ...standing, ...of })));
const anyWhat = fc.constantFrom<LogEntry['what']>('acknowledged', 'noted', 'opened', 'reopened', 'merged', 'assigned', 'woken');
const anyEntry: fc.Arbitrary<LogEntry> = fc.record({
  ...{ at: anyTime, by: anyText, what: anyWhat, text: anyText, message: fc.constant(undefined) },
  ...{ from: fc.constant('open' as const), to: fc.constant('resolved' as const) },
});
const anyIncident: fc.Arbitrary<Incident> = fc
  .record({
    life: anyLife,
    count: fc.nat(),
    firstSeen: anyTime,
    lastSeen: anyTime,
    texts: fc.array(anyText, { minLength: 7, maxLength: 7 }),
    causes: fc.array(anyCause, { maxLength: 4 }),
    outcome: fc.constantFrom('failed', 'slow'),
    ms: fc.nat(),
    log: fc.array(anyEntry),
  })
  .map(({ life: lived, count, firstSeen, lastSeen, texts, causes, outcome, ms, log }) => {
    const [transaction = '', service = '', environment = '', hopService = '', operation = '', type = '', message = ''] = texts;
    return incident({
      life: lived,
      count,
      firstSeen,
      lastSeen,
      log,
      alert: alert({
        outcome,
        transaction,
        service,
        environment,
        hop: { service: hopService, operation },
        error: { type, message },
        duration: fromMillis(ms),
        causes: causes.map((each) => cause(each)),
        traceId: TRACE,
      }),
    });
  });
