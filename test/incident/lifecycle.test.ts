import { expect, test } from 'vitest';
import { allowed } from '../../src/incident/lifecycle.ts';

test.each([
  ['open', 'acknowledged', true],
  ['open', 'resolved', true],
  ['open', 'noted', true],
  ['acknowledged', 'acknowledged', false],
  ['acknowledged', 'resolved', true],
  ['acknowledged', 'noted', true],
  ['resolved', 'acknowledged', false],
  ['resolved', 'resolved', false],
  ['resolved', 'noted', true],
] as const)('an incident that is %s may be %s: %s', (state, to, may) => {
  expect(allowed(state, to)).toBe(may);
});
