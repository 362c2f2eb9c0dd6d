import fc from 'fast-check';
import { expect, test } from 'vitest';
import { postMortem } from '../src/post-mortem.ts';
import { alert, cause, entry, incident, NOON, resolved, telling } from './slack/samples.ts';

test('a post-mortem begins with what happened, who did what when, why, and what was noted', () => {
  const text = postMortem(resolved(), telling(), new Map([['U0MAYA', 'Maya Okafor']]));

  expect(text).toMatch(
    /^# POST \/checkout failed in payments\n\n\| {2}\| {2}\|\n\| --- \| --- \|\n\| \*\*Failing transactions\*\* \| 12 \|/,
  );
  expect(text).toContain('| 2026-11-22 14:03:42 | Maya Okafor | acknowledged |');
  expect(text).toContain(
    '1. **payments runs into its 3 s time-out while it waits for ledger\\_entries PutItem** (91 %, downstream-timeout)',
  );
  expect(text).toContain('   - no retry was seen');
  expect(text).toContain('| 2026-11-22 14:07:07 | U0JONAS | noted: Rolled back payments to v41 |');
  expect(text).toMatch(/```\ncheckout-ap.*payments charge/s);
});

test('what Redis has lost is said once, and of its count that it is the least', () => {
  const lost = [entry('recalled', 'tracefall', 0), entry('recalled', 'tracefall', 0), entry('acknowledged', 'U0MAYA', 95)];
  const text = postMortem(resolved({ log: lost, recalled: NOON }), telling(), new Map());

  expect(text).toContain('| **Failing transactions** | at least 12 |');
  expect(text.match(/what happened until then is in the thread only/g)).toHaveLength(1);
});

test('nothing in it breaks out of its place, whatever things are called', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom('`', '```\n# x', '| a |', '<script>', '[x](javascript:y)', '![x](http://y)', '\n\n# no'),
  );
  fc.assert(
    fc.property(text, text, text, (name, note, said) => {
      const known = resolved({
        alert: alert({
          transaction: name,
          service: said,
          hop: { service: said, operation: name },
          causes: [cause({ summary: said })],
        }),
        log: [entry('opened', 'tracefall', 0), entry('noted', note, 1, note)],
      });
      const lines = postMortem(known, telling(), new Map([[note, name]])).split('\n');

      expect(lines.filter((line) => /^#+ /.test(line)).length).toBe(4);
      expect(lines.filter((line) => line.startsWith('| 2026') && line.split(/(?<!\\)\|/).length !== 5)).toEqual([]);
      expect(lines.filter((line) => /^```/.test(line)).length).toBe(2);
      const outsideCode = lines.join('\n').replace(/`[^`\n]*`/g, '');
      expect(outsideCode).not.toMatch(/(?<!\\)<|(?<!\\)\]\(/);
    }),
  );
  expect(postMortem(incident(), telling(), new Map())).toContain('Causes');
});
