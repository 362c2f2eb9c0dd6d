import { expect, test } from 'vitest';
import { errorText } from '../../src/telemetry/error-text.ts';

test.each([
  ['CardDeclined', 'no funds', 'CardDeclined: no funds'],
  ['402', '402 card_declined', '402 card_declined'],
  ['40', '402 card_declined', '40: 402 card_declined'],
  ['Error', 'Errors happen', 'Error: Errors happen'],
  ['TimeoutError', 'TimeoutError: after 3 s', 'TimeoutError: after 3 s'],
  ['Sandbox.Timedout', '', 'Sandbox.Timedout'],
  ['same', 'same', 'same'],
  ['', 'only a message', 'only a message'],
  ['java.lang.NullPointerException', 'no sku', 'NullPointerException: no sku'],
  ['java.lang.NullPointerException', 'java.lang.NullPointerException: no sku', 'NullPointerException: no sku'],
  ['S3.AccessDeniedException', 'no', 'S3.AccessDeniedException: no'],
  ['com.example.', 'no', 'com.example.: no'],
  ['_OTHER', 'no', 'no'],
])('an error of type %j that says %j is told as %j', (type, message, told) => {
  expect(errorText({ type, message })).toBe(told);
});
