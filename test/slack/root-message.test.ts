import type { ActionsBlockElement, KnownBlock } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Incident } from '../../src/incident/incident.ts';
import {
  ACTION_ID_CHARACTERS,
  BLOCKS,
  BUTTON_VALUE_CHARACTERS,
  MESSAGE_CHARACTERS,
  SECTION_CHARACTERS,
  TOP_LEVEL_CHARACTERS,
} from '../../src/slack/limits.ts';
import { rootButtons } from '../../src/slack/root-buttons.ts';
import { rootMessage } from '../../src/slack/root-message.ts';
import { UTC_TIMES } from '../../src/slack/times.ts';
import { violations } from '../world/slack-validator.ts';
import { anyIncident } from './hostile-incidents.ts';
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
        'Acknowledged by <@U0MAYA>, 2026-11-22 14:03 UTC.',
      ].join(' '),
    );
  });

  test('offers only what can be done, and no snooze that would never end', () => {
    const offered = (one: Incident) => JSON.stringify(rootButtons(one));

    expect(offered(incident({ newest: { traceId: TRACE, version: '1.4.2' } }))).toContain('until the next deployment');
    expect(offered(incident())).not.toContain('until the next deployment');
    expect(offered(incident())).toContain('Assign …');
    expect(offered(resolved())).not.toContain('Assign …');
  });

  test('can be found again by its incident', () => {
    expect(rootMessage(incident()).metadata).toMatchObject({
      ...{ event_type: 'tracefall_incident', event_payload: { id: '3f9a1c07be42' } },
    });
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
