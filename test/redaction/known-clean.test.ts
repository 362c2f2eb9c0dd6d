import { expect, test } from 'vitest';
import { knownClean } from '../../src/redaction/known-clean.ts';
import { redactor } from '../../src/redaction/redact.ts';
import { canaries } from './canaries.ts';
import { cleanLines } from './clean-lines.ts';

test('says of every text, new or known, what the redactor says', () => {
  const { text } = redactor();
  const again = knownClean(text);
  const all = [...cleanLines(3, 500), ...canaries(3, 1).map(({ written }) => written)];

  for (const each of [...all, ...all]) expect(again(each)).toBe(text(each));
});

test('looks a clean text through once, and one with a secret every time', () => {
  const looked: string[] = [];
  const again = knownClean((from) => {
    looked.push(from);
    return from.replace('hunter2', '[password]');
  });

  for (let n = 0; n < 3; n += 1) for (const each of ['GET', 'hunter2']) again(each);

  expect(looked).toEqual(['GET', 'hunter2', 'hunter2', 'hunter2']);
});

test('forgets what was not said again for long', () => {
  let looked = 0;
  const again = knownClean((from) => {
    looked += 1;
    return from;
  });
  for (let n = 0; n < 50_000; n += 1) again(`operation ${n}`);
  again('operation 0');

  expect(looked).toBe(50_001);
});
