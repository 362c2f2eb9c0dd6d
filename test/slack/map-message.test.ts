import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MapScene } from '../../src/map/service-map.ts';
import { inWordsMessage, notFoundMessage } from '../../src/slack/answer-message.ts';
import { mapAsked, mapMessage, mapTitle } from '../../src/slack/map-message.ts';
import { traceId } from '../../src/telemetry/ids.ts';
import { sceneOf, shopScene } from '../map/maps.ts';
import { mrkdwnViolations } from '../world/slack-blocks.ts';
import { seen } from './parsed-mrkdwn.ts';

describe('the words beside a service map', () => {
  test('say what fails, of what it is a map, and how to narrow it', () => {
    expect(seen(mapMessage(shopScene()))).toBe(
      [
        '*fulfil-fn → warehouse fails 35 % of 191 calls*',
        'last 15 min · a sample of 200 of 1,234 traces, rates scaled up · 16 services and resources, 17 edges',
        "With a service's name /trace map shows what is around it, with a trace id one transaction.",
      ].join('\n'),
    );
    expect(mapTitle(shopScene())).toBe('Service map: fulfil-fn → warehouse fails 35 % of 191 calls');
  });

  test('around one service point nowhere else', () => {
    expect(mapMessage({ ...shopScene(), about: 'fulfil-fn' })).not.toContain('/trace map');
  });

  test('of one transaction name it and point nowhere else', () => {
    const one: MapScene = { ...sceneOf([['api', 'db', 1, 5]]), about: 'POST /orders' };

    expect(seen(mapMessage(one))).toBe(
      ['*Service map of POST /orders: nothing fails*', '1 transaction · 2 services and resources, 1 edge'].join('\n'),
    );
  });

  test('hold no mention and stay within Slack’s limits, whatever services are called', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.constantFrom('<!channel>', '<@U0MAYA>', '*', '```', ''),
        (name, mark) => {
          const hostile = sceneOf([[`${name}${mark}`, `${mark}${name}!`, 7, 5, 3]]);
          const words = inWordsMessage({ kind: 'in-words', told: { map: hostile, askedBy: 'U0MAYA' }, why: 'not_in_channel' });
          expect(mrkdwnViolations(words)).toEqual([]);
          expect(words.length).toBeLessThan(6_000);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('where pictures are not welcome the map is told in characters', () => {
  const words = inWordsMessage({ kind: 'in-words', told: { map: shopScene(), askedBy: 'U0MAYA' }, why: 'not_in_channel' });

  expect(words).toMatch(/HTTP warehouse +79\/min · 2\.75 s · 35 % {2}✕ failures begin here/);
  expect(words).toContain('/invite @Tracefall');
  expect(words.match(/fulfil-fn → warehouse fails/g)).toHaveLength(1);
  expect(words.match(/last 15 min/g)).toHaveLength(1);
});

test('the first words and those for nothing found name what was asked for', () => {
  const id = traceId('5759e988bd862e3fe1be46a994272793');
  if (!id) throw new Error('not an id');

  expect(seen(mapAsked({ kind: 'map' }))).toBe('Drawing what called what in the last 15 minutes …');
  expect(seen(mapAsked({ kind: 'map', service: 'checkout-fn' }))).toBe('Drawing what is around checkout-fn …');
  expect(seen(mapAsked({ kind: 'map', traceId: id }))).toBe('Drawing what trace 1-5759e988-bd862e3fe1be46a994272793 called …');
  expect(seen(notFoundMessage({ kind: 'map', service: 'nobody' }))).toContain('I saw no span of nobody in the last 15 minutes.');
  expect(seen(notFoundMessage({ kind: 'map' }))).toContain('No trace reached me in the last 15 minutes.');
  expect(seen(notFoundMessage({ kind: 'map', traceId: id }))).toBe(
    'I know nothing of trace 1-5759e988-bd862e3fe1be46a994272793.',
  );
});
