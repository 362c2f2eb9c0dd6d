import type { CauseKind } from '../../src/diagnosis/cause.ts';
import { fromMillis } from '../../src/units.ts';
import { anEvent, anInvocation, type SpanWords } from '../trace/records.ts';
import { byWords, failedCall, type Scene, type Shown, saying, scene, spans, wellCall } from './kinds.ts';
import { usually } from './usually.ts';

export type FailureKind = Extract<
  CauseKind,
  | 'exception'
  | 'downstream-error'
  | 'downstream-timeout'
  | 'caller-timeout'
  | 'function-timeout'
  | 'out-of-memory'
  | 'throttled'
  | 'concurrency-limit'
  | 'permission-denied'
  | 'payload-too-large'
  | 'never-invoked'
  | 'poison-message'
  | 'duplicate-delivery'
  | 'dead-letter'
  | 'swallowed-error'
>;

const SENT: SpanWords = { id: 'send', spanKind: 'producer', to: 20 };
const BAD_JSON = { type: 'SyntaxError', message: 'bad JSON' };
const READ: SpanWords = { id: 'read', parent: 'send', spanKind: 'consumer', from: 30, status: 'error', error: BAD_JSON };
const deadLetter = (redrive: boolean) =>
  anEvent({ trace: 'trace', requestId: undefined, what: 'dead-letter', messageId: 'm1', receiveCount: 3, redrive });

const LATE = { type: 'DEADLINE_EXCEEDED', message: 'the ledger did not answer' };
const STOPPED = { type: 'Error', message: 'Task timed out after 3.00 seconds' };
const THROTTLED = { type: 'ThrottlingException', message: '' };
const DELIVERED_OFTEN = { ApproximateReceiveCount: 9 };

const answering = (status: number): Scene => scene(failedCall({ attributes: { 'http.response.status_code': status } }));

/** A caller that ended after 300 ms, with a time-out or well, before its callee. */
const impatient = (callee: SpanWords = {}, failed: SpanWords = { status: 'error' }) =>
  spans(
    { id: 'entry', service: 'cart', to: 320, ...failed },
    {
      ...{
        id: 'call',
        operation: 'GET /price',
        parent: 'entry',
        service: 'cart',
        spanKind: 'client',
        from: 10,
        to: 310,
        ...failed,
      },
      ...('status' in failed && { error: { type: 'DEADLINE_EXCEEDED', message: '' } }),
    },
    { id: 'price', parent: 'call', service: 'pricing', spanKind: 'server', from: 15, to: 430, ...callee },
  );

const platform = (words: Parameters<typeof anInvocation>[0]): Scene => scene([anInvocation({ function: 'pay', ...words })]);

const refused = (entry: SpanWords = {}, service: SpanWords = {}, ran: readonly SpanWords[] = []) =>
  spans(
    {
      ...{ id: 'gateway', service: 'gateway', to: 10, status: 'error', attributes: { 'http.response.status_code': 500 } },
      ...entry,
    },
    {
      id: 'upload',
      parent: 'gateway',
      spanKind: 'server',
      from: 3,
      to: 8,
      service: 'upload',
      resource: 'AWS::Lambda',
      ...service,
    },
    ...ran,
  );
const RAN: SpanWords = { id: 'function', parent: 'upload', service: 'upload', from: 4, to: 7, resource: 'AWS::Lambda::Function' };

const consumer = (count: number, words: SpanWords = {}): Scene =>
  scene(
    spans({
      ...{ id: 'process', spanKind: 'consumer', status: 'error', error: BAD_JSON },
      attributes: { ApproximateReceiveCount: count },
      ...words,
    }),
  );

const delivered = (again: SpanWords): Scene =>
  scene(
    spans(
      { id: 'send', spanKind: 'producer', to: 20 },
      ...[{ id: 'first' }, { id: 'again', ...again }].map(
        (words): SpanWords => ({
          ...{ operation: 'process', parent: 'send', service: 'mail', spanKind: 'consumer', from: 30, to: 530 },
          attributes: { 'messaging.message.id': 'm1' },
          ...words,
        }),
      ),
    ),
  );

const caught = (call: SpanWords, entry: SpanWords = {}) =>
  spans(
    { id: 'entry', ...entry },
    {
      ...{ id: 'call', parent: 'entry', spanKind: 'client', from: 10, to: 80, status: 'error' },
      ...{ error: { type: 'NoSuchPrice', message: 'gone' }, ...call },
    },
  );

export const FAILURE_KINDS: Readonly<Record<FailureKind, Shown>> = {
  exception: {
    said: scene(spans({ status: 'error', error: { type: 'TypeError', message: "reading 'sku'" } })),
    alike: [['downstream-error', 'a call that failed', scene(failedCall({ error: { type: 'NoSuchPrice', message: 'gone' } }))]],
    silent: scene(spans({})),
  },
  'downstream-error': {
    said: answering(503),
    alike: [
      ['exception', 'a step', scene(spans({ status: 'error' }, { id: 'step', parent: 'entry', status: 'error', to: 90 }))],
      ['throttled', 'HTTP 429', answering(429)],
      ['permission-denied', 'HTTP 403', answering(403)],
      ['payload-too-large', 'HTTP 413', answering(413)],
    ],
    silent: scene(wellCall({ attributes: { 'http.response.status_code': 200 } })),
  },
  'downstream-timeout': {
    said: saying('TimeoutError', 'connect ETIMEDOUT 10.0.0.1:443'),
    alike: [
      ['caller-timeout', 'an answer that came too late', scene(impatient())],
      ['downstream-error', 'words about time', saying('TimeTableError', 'no train at that time')],
    ],
    silent: scene(wellCall()),
  },
  'caller-timeout': {
    said: scene(impatient()),
    alike: [
      ['downstream-timeout', 'an answer that never came', scene(impatient({ to: undefined }))],
      ['downstream-timeout', 'an answer that a time was over', scene(impatient({ status: 'error', error: LATE }))],
      ['downstream-timeout', 'an initialization, which answers nobody', scene(impatient({ operation: 'Initialization' }))],
    ],
    silent: scene(impatient({}, {}), { usual: usually({ 'cart|entry': 320, 'pricing|price': 415 }) }),
  },
  'function-timeout': {
    said: platform({ status: 'timeout', duration: fromMillis(3_000) }),
    alike: [
      ['downstream-timeout', 'a query that took too long', saying('QueryTimeout', 'query timed out after 3 s')],
      // Lambda ended it as an error, so it did not stop it: the words are a callee's, thrown again.
      ['downstream-timeout', 'words thrown again', platform({ status: 'error', error: STOPPED })],
    ],
    silent: platform({ status: 'success', duration: fromMillis(90) }),
  },
  'out-of-memory': {
    said: platform({ status: 'error', memorySizeMB: 128, maxMemoryUsedMB: 127 }),
    alike: [
      ['exception', 'a run with room left', platform({ status: 'error', memorySizeMB: 128, maxMemoryUsedMB: 126 })],
      ['downstream-error', 'words about memory', saying('CacheMiss', 'not in memory')],
    ],
    silent: platform({ status: 'success', memorySizeMB: 128, maxMemoryUsedMB: 128 }),
  },
  throttled: byWords('SlowDown', 'Please reduce your request rate.', [
    ['downstream-error', 'another limit', saying('CouponError', 'the limit of 3 coupons is exceeded')],
    ['concurrency-limit', 'no sandbox', saying('TooManyRequestsException', 'ReservedFunctionConcurrentInvocationLimitExceeded')],
  ]),
  'concurrency-limit': byWords('TooManyRequestsException', 'ConcurrentInvocationLimitExceeded', [
    ['throttled', 'a rate', saying('TooManyRequestsException', 'Rate Exceeded.')],
    ['downstream-error', 'a conflict', saying('ConcurrentModification', 'somebody else wrote first')],
  ]),
  'permission-denied': byWords('AccessDenied', 'User is not authorized to perform: s3:PutObject', [
    ['downstream-error', 'a denial of another kind', saying('CardDeclined', 'the payment was denied')],
  ]),
  'payload-too-large': byWords('Function.ResponseSizeTooLarge', 'Response payload size exceeded maximum allowed payload size', [
    ['downstream-error', 'a size that is no payload’s', saying('ValidationError', 'the order is too large for one parcel')],
  ]),
  'never-invoked': {
    said: scene(refused()),
    alike: [
      ['exception', 'a function that ran', scene(refused({}, {}, [RAN]))],
      ['exception', 'as long as a handler takes', scene(refused({ to: 60 }, { to: 55 }))],
      ['exception', 'no Lambda', scene(refused({}, { resource: undefined }))],
      ['exception', 'a request that was refused', scene(refused({ attributes: { 'http.response.status_code': 400 } }))],
      ['downstream-error', 'another thing not found', saying('ResourceNotFoundException', 'Table: Orders not found')],
    ],
    silent: scene(refused({ status: 'ok', attributes: {} })),
  },
  'poison-message': {
    said: consumer(3),
    alike: [
      ['exception', 'a second delivery', consumer(2)],
      ['throttled', 'a table that throttles', scene(failedCall({ error: THROTTLED, attributes: DELIVERED_OFTEN }))],
      ['downstream-error', 'a call that fails', scene(failedCall({ attributes: DELIVERED_OFTEN }))],
    ],
    silent: consumer(3, { status: 'ok', error: undefined }),
  },
  'duplicate-delivery': {
    said: delivered({ from: 400, to: 900 }),
    alike: [
      ['queue-wait', 'again when the first was over', delivered({ from: 2_600, to: 3_000 })],
      ['slow-self', 'the same message to another', delivered({ from: 400, to: 900, service: 'billing' })],
      ['slow-self', 'a step of its handling', delivered({ from: 40, to: 500, parent: 'first' })],
      ['slow-self', 'work beside it', delivered({ from: 40, to: 500, spanKind: 'internal' })],
    ],
    silent: delivered({ from: 531, to: 560 }),
  },
  'dead-letter': {
    said: scene([...spans(SENT), deadLetter(false)]),
    alike: [['exception', 'a run that failed', scene([...spans(SENT, READ), deadLetter(false)])]],
    silent: scene([...spans(SENT), deadLetter(true)]),
  },
  'swallowed-error': {
    said: scene(caught({})),
    alike: [['downstream-error', 'an error that nobody caught', scene(caught({}, { status: 'error' }))]],
    silent: scene(caught({ error: undefined, attributes: { 'http.response.status_code': 404 } })),
  },
};
