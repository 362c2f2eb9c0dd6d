import { expect, test } from 'vitest';
import { redactor } from '../../src/redaction/redact.ts';
import { CANARY_KINDS, canaries, ENCODINGS } from './canaries.ts';

const { text } = redactor();
const all = canaries(1, 4);

test.each(Object.keys(ENCODINGS))('no secret of any kind stays when written %s', (encoding) => {
  const survivors = all
    .filter(({ name }) => name.endsWith(`, ${encoding}`))
    .filter(({ written, secret }) => {
      const safe = text(written);
      return safe.includes(secret) || safe.includes(written);
    });
  expect(survivors.map(({ name, written }) => `${name}: ${written} became ${text(written)}`)).toEqual([]);
});

test.each(Object.entries(CANARY_KINDS))('%s is called what it is', (name) => {
  const [canary] = all.filter((each) => each.name === `${name}, plain`);
  expect(text(canary?.written ?? '')).toContain(`[${canary?.kind}]`);
});

test('what was redacted once is not changed again', () => {
  const changed = all.map(({ written }) => text(written)).filter((safe) => text(safe) !== safe);
  expect(changed).toEqual([]);
});
