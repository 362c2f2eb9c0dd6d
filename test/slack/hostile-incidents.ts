import fc from 'fast-check';
import type { Incident } from '../../src/incident/incident.ts';
import type { Life, LogEntry } from '../../src/incident/life.ts';
import { fromMillis, micros } from '../../src/units.ts';
import { alert, cause, incident, life, TRACE } from './samples.ts';

/** Incidents whose every name, message and note was chosen by somebody who means harm. */
export const anyText = fc.oneof(
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
export const anyIncident: fc.Arbitrary<Incident> = fc
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
      newest: { traceId: TRACE, version: type },
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
