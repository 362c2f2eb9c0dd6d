import { expect, test } from 'vitest';
import { noteIn } from '../../src/slack/habits.ts';

test.each([
  ['note: rolled back', 'rolled back'],
  ['Note:it was DNS\nagain', 'it was DNS\nagain'],
  ['  NOTE: x', 'x'],
  ['note:', undefined],
  ['a note: x', undefined],
  ['notes: x', undefined],
])('in %j the note is %j', (text, note) => {
  expect(noteIn(text)).toBe(note);
});
