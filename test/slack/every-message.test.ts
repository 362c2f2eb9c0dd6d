import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyHostile, everyMessage, messageViolations } from './every-message.ts';

/** 10,000 of them: `npm run bench:messages`. */
const RUNS = 100;

test('no message that the bot can send breaks a rule of Slack, whatever things are called', () => {
  fc.assert(
    fc.property(anyHostile, (hostile) => {
      for (const [method, args] of everyMessage(hostile)) expect(messageViolations(method, args)).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});
