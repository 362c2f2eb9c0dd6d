import { describe, expect, test } from 'vitest';
import type { CauseKind } from '../../src/diagnosis/cause.ts';
import { FAILURE_KINDS } from './failure-kinds.ts';
import type { Shown } from './kinds.ts';
import { TIME_KINDS } from './time-kinds.ts';

/** Every kind of the closed list: a new one does not compile before it has its cases. */
const KINDS: Readonly<Record<CauseKind, Shown>> = { ...FAILURE_KINDS, ...TIME_KINDS };

describe.each(Object.entries(KINDS))('%s', (kind, { said, alike, silent }) => {
  test('is said where it is', () => {
    expect(said()[0]?.kind).toBe(kind);
  });

  test.each(alike)('is not said, but %s, of %s', (other, _what, causes) => {
    expect(causes().map((cause) => cause.kind)).not.toContain(kind);
    expect(causes()[0]?.kind).toBe(other);
  });

  test('is not said, nor anything else, where all is well', () => {
    expect(silent()).toEqual([]);
  });
});
