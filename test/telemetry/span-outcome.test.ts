import { expect, test } from 'vitest';
import { outcome, type Said } from '../../src/telemetry/span-outcome.ts';

const said = (more: Partial<Said>): Said => ({
  status: 'unset',
  message: undefined,
  kind: 'internal',
  attributes: {},
  exceptions: [],
  ...more,
});

test.each([
  ['HTTP 502 on a client span', { kind: 'client', attributes: { 'http.response.status_code': 502 } }, '502'],
  ['HTTP 500 on a server span', { kind: 'server', attributes: { 'http.response.status_code': 500 } }, '500'],
  ['HTTP 503 by its older name', { kind: 'server', attributes: { 'http.status_code': 503 } }, '503'],
  ['HTTP 404 on a client span', { kind: 'client', attributes: { 'http.status_code': 404 } }, '404'],
  ['HTTP 429 as text', { kind: 'client', attributes: { 'http.status_code': '429' } }, '429'],
  ['error.type', { attributes: { 'error.type': 'ECONNREFUSED' } }, 'ECONNREFUSED'],
] as const)('%s fails a span whose status is unset', (_, more, type) => {
  expect(outcome(said(more))).toMatchObject({ status: 'error', error: { type } });
});

test.each([
  ['HTTP 404 on a server span', { kind: 'server', attributes: { 'http.response.status_code': 404 } }],
  ['HTTP 399', { kind: 'client', attributes: { 'http.response.status_code': 399 } }],
  ['a 4xx that X-Ray marks on a server span', { kind: 'server', attributes: { 'aws.xray.error': true } }],
  ['nothing', {}],
] as const)('%s fails no span', (_, more) => {
  expect(outcome(said(more)).status).toBe('unset');
});

test.each([
  ['a fault', { attributes: { 'aws.xray.fault': true } }],
  ['an error of a call', { kind: 'client', attributes: { 'aws.xray.error': true } }],
  ['a throttled call', { kind: 'client', attributes: { 'aws.xray.throttle': true } }],
] as const)('X-Ray’s mark of %s fails the span', (_, more) => {
  expect(outcome(said(more)).status).toBe('error');
});

test('the sender’s OK stands against an HTTP 502', () => {
  expect(outcome(said({ status: 'ok', attributes: { 'http.response.status_code': 502 } }))).toEqual({
    status: 'ok',
    error: undefined,
  });
});

test.each([
  [
    'the exception',
    { message: 'm', exceptions: [{ type: 'Boom', message: 'it broke', escaped: false }] },
    { type: 'Boom', message: 'it broke' },
  ],
  ['the status, under error.type', { message: 'm', attributes: { 'error.type': 'Timeout' } }, { type: 'Timeout', message: 'm' }],
  ['the status alone', { message: 'm' }, { type: '', message: 'm' }],
  ['the HTTP code', { attributes: { 'http.response.status_code': 502 } }, { type: '502', message: 'HTTP 502' }],
  [
    'an exception without a type',
    { exceptions: [{ type: '', message: 'it broke', escaped: false }] },
    { type: '', message: 'it broke' },
  ],
  ['OpenTelemetry’s word for no type, which is not shown', { attributes: { 'error.type': '_OTHER' } }, undefined],
  [
    'the HTTP code behind that word',
    { attributes: { 'error.type': '_OTHER', 'http.response.status_code': 503 } },
    { type: '503', message: 'HTTP 503' },
  ],
  ['nothing', { attributes: { 'http.response.status_code': 200 } }, undefined],
] as const)('what failed is told by %s', (_, more, error) => {
  expect(outcome(said({ status: 'error', ...more })).error).toEqual(error);
});

test('of several exceptions the last is the one that mattered', () => {
  const exceptions = ['First', 'Last'].map((type) => ({ type, message: '', escaped: false }));

  expect(outcome(said({ status: 'error', exceptions })).error?.type).toBe('Last');
});

test('an exception that left the span fails it; one that may have been handled is only told', () => {
  const thrown = { type: 'Boom', message: 'it broke' };

  expect(outcome(said({ exceptions: [{ ...thrown, escaped: true }] }))).toEqual({ status: 'error', error: thrown });
  expect(outcome(said({ exceptions: [{ ...thrown, escaped: false }] }))).toEqual({ status: 'unset', error: thrown });
});

test('a message of any length is cut', () => {
  expect(outcome(said({ status: 'error', message: 'm'.repeat(10_000) })).error?.message).toHaveLength(2_048);
});
