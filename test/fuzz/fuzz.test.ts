import { expect, test } from 'vitest';
import { fuzzed } from './fuzzed.ts';

/** Another one each day; a failure prints it. */
const SEED = Number(process.env['TRACEFALL_SEED'] ?? Math.floor(Date.now() / 86_400_000));
const INPUTS = Number(process.env['TRACEFALL_FUZZ'] ?? 200_000);

test('no input of strangers makes anything throw, or act in Slack, or changes what all objects share', () => {
  const { faults } = fuzzed(SEED, INPUTS);

  expect(faults.slice(0, 5), `seed ${SEED}`).toEqual([]);
  expect('polluted' in {}).toBe(false);
}, 900_000);
