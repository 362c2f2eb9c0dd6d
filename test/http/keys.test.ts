import { expect, test } from 'vitest';
import { doorKeys } from '../../src/http/keys.ts';

test('knows each of its secrets and nothing else', () => {
  const keys = doorKeys({ secrets: ['the new one', 'the one before'] });
  const kinds = ['the new one', 'the one before', 'the new one ', '', undefined, ['the new one']].map(
    (shown) => keys(shown).kind,
  );

  expect(kinds).toEqual(['admitted', 'admitted', 'unknown', 'unknown', 'unknown', 'unknown']);
});

test('without a secret anybody may come', () => {
  expect(doorKeys({ secrets: [] })(undefined).kind).toBe('admitted');
});

/** A door with a clock that stands. */
function paced() {
  let second = 0;
  const keys = doorKeys({ secrets: ['a', 'b'], rate: 100, now: () => second });
  const send = (secret: string, records: number): string => {
    const admission = keys(secret);
    if (admission.kind === 'admitted') admission.spend(records);
    return admission.kind === 'too-fast' ? `again in ${admission.againInS} s` : admission.kind;
  };
  return { send, pass: (seconds: number) => (second += seconds) };
}

test('lets a sender have its rate and a burst, then says when the debt is paid', () => {
  const { send, pass } = paced();

  expect(send('a', 400)).toBe('admitted');
  expect(send('a', 250)).toBe('admitted');
  expect(send('a', 1)).toBe('again in 3 s');
  pass(2.6);
  expect(send('a', 1)).toBe('admitted');
});

test('one sender’s haste is not another’s', () => {
  const { send } = paced();
  send('a', 10_000);

  expect([send('a', 1), send('b', 1)]).toEqual(['again in 96 s', 'admitted']);
});

test('over a long time nobody gets more than the rate and one burst', () => {
  const { send, pass } = paced();
  let taken = 0;
  for (let n = 0; n < 10_000; n += 1) {
    if (send('a', 30) === 'admitted') taken += 30;
    pass(0.1);
  }

  expect(taken).toBeGreaterThan(99_000);
  expect(taken).toBeLessThanOrEqual(100 * 1_000 + 400 + 30);
});
