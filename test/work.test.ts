import { expect, test } from 'vitest';
import type { z } from 'zod';
import { Announce, Answer, Examine, Gather, isNewer, Learn, Publish, Revisit, TellStorm } from '../src/work.ts';

const TRACE = '5759e988bd862e3fe1be46a994272793';
const place = { channel: 'C0INCIDENTS', user: 'U0MAYA', responseUrl: 'https://hooks.slack.com/commands/T0/1/x' };

/** As the first version wrote them into Redis, where they may have waited while the next was rolled out. */
const FIRST: readonly (readonly [string, z.ZodType, unknown])[] = [
  ['examine', Examine, { v: 1, traceId: TRACE }],
  ['announce', Announce, { v: 1, incidentId: 'b44a5f5e9905' }],
  ['gather', Gather, { v: 1, traceId: TRACE }],
  ['publish', Publish, { v: 1, incidentId: 'b44a5f5e9905', entry: 0 }],
  ['storm', TellStorm, { v: 1, stormId: '9c3510793428', channel: 'C0INCIDENTS' }],
  ['learn', Learn, { v: 1, traceId: TRACE, entry: 'api POST /orders' }],
  ['revisit of a snooze', Revisit, { v: 1, why: 'woke', incidentId: 'b44a5f5e9905' }],
  ['revisit of a rest', Revisit, { v: 1, why: 'rested', incidentId: 'b44a5f5e9905', since: 1_795_387_676_000_000, sightings: 4 }],
  ['answer about a trace', Answer, { v: 1, requestId: '1.2.3', question: { kind: 'trace', traceId: TRACE }, ...place }],
  ['answer about an id', Answer, { v: 1, requestId: '1.2.3', question: { kind: 'request', requestId: 'r' }, ...place }],
  ['answer about the map', Answer, { v: 1, requestId: '1.2.3', question: { kind: 'map', service: 'api' }, ...place }],
  ['answer about the last', Answer, { v: 1, requestId: '1.2.3', question: { kind: 'last', name: 'checkout' }, ...place }],
  ['answer to a search', Answer, { v: 1, requestId: '1.2.3', question: { kind: 'search', words: 'declined' }, ...place }],
  ['answer about incidents', Answer, { v: 1, requestId: '1.2.3', question: { kind: 'incidents' }, ...place }],
  [
    'answer about likes',
    Answer,
    { v: 1, requestId: '1.2.3', question: { kind: 'about', what: 'similar', incidentId: 'b44a5f5e9905' }, ...place },
  ],
];

test.each(FIRST)('%s, as the first version wrote it, is read still', (_name, schema, payload) => {
  expect(schema.safeParse(payload).error).toBeUndefined();
  expect(isNewer(payload)).toBe(false);
});

test('what a newer version wrote is told from what nobody understands', () => {
  expect(isNewer({ v: 2, anything: true })).toBe(true);
  expect([{}, { v: '2' }, undefined, 'v2'].map(isNewer)).toEqual([false, false, false, false]);
});
