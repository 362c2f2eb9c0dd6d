import { httpStatus, isFailing, timedOut } from '../trace/failing.ts';
import { isOutOfMemory } from '../trace/platform-error.ts';
import type { Span } from '../trace/transaction.ts';

/** What an error says of its own nature, from AWS's words for it. */
export type ErrorClass =
  | 'function-timeout'
  | 'out-of-memory'
  | 'payload-too-large'
  | 'permission-denied'
  | 'throttled'
  | 'concurrency-limit'
  | 'not-invocable'
  | 'timeout'
  | 'cancelled';

/**
 * The first that fits counts. Words as the services send them: Lambda (Invoke errors, Runtime and Sandbox errors), DynamoDB, S3 (SlowDown),
 * SQS and API Gateway error references on docs.aws.amazon.com.
 */
const WORDS: readonly (readonly [ErrorClass, RegExp])[] = [
  ['function-timeout', /Sandbox\.Timedout|Task timed out after|Function\.TimedOut/i],
  ['out-of-memory', /Runtime\.OutOfMemory|heap out of memory|signal: killed|OutOfMemoryError|\bMemoryError\b|\bOOMKilled\b/i],
  [
    'payload-too-large',
    /RequestEntityTooLarge|RequestTooLarge|ResponseSizeTooLarge|Item size has exceeded|payload size exceeded|EntityTooLarge|BatchRequestTooLong|MessageTooLong|ContentTooLarge/i,
  ],
  [
    'permission-denied',
    /AccessDenied|not authorized to perform|UnauthorizedOperation|AuthorizationError|UnrecognizedClient|ExpiredToken/i,
  ],
  [
    'concurrency-limit',
    /Concurren(?:t|cy)\w{0,40}LimitExceeded|ReservedFunctionConcurren|concurrency limit|ConcurrentExecution/i,
  ],
  [
    'throttled',
    /ThroughputExceeded|Throttl|RequestLimitExceeded|SlowDown|TooManyRequests|Rate Exceeded|reduce your request rate/i,
  ],
  [
    'not-invocable',
    /Function not found|InvalidRuntimeException|CodeStorageExceeded|KMSDisabledException|EC2AccessDenied|ENILimitReached|SubnetIPAddressLimitReached|Runtime\.(ImportModuleError|HandlerNotFound|InvalidEntrypoint)/i,
  ],
  ['cancelled', /\bcancel+ed\b|AbortError|request aborted/i],
];

const HTTP_CLASS: ReadonlyMap<number, ErrorClass> = new Map([
  [413, 'payload-too-large'],
  [403, 'permission-denied'],
  [429, 'throttled'],
  // nginx's code for a client that closed the connection
  [499, 'cancelled'],
]);

export function errorClass(span: Span): ErrorClass | undefined {
  if (!isFailing(span)) return undefined;
  if (span.invocation?.status === 'timeout') return 'function-timeout';
  if (span.invocation?.status === 'error' && isOutOfMemory(span.invocation)) return 'out-of-memory';
  const text = errorText(span);
  // What Lambda ended as an error it did not stop: such words are then a callee's, thrown again.
  const isQuoted = span.invocation?.status === 'error';
  const worded = WORDS.find(([nature, words]) => words.test(text) && !(isQuoted && nature === 'function-timeout'));
  if (worded) return worded[0];
  if (timedOut(span)) return 'timeout';
  if (span.attributes['aws.xray.throttle'] === true) return 'throttled';
  return HTTP_CLASS.get(httpStatus(span.attributes) ?? 0);
}

/** Type and message, and the words that instrumentations leave in attributes only. */
function errorText(span: Span): string {
  const attributes = ['error.type', 'exception.type', 'exception.message', 'aws.error.code'].map((name) => span.attributes[name]);
  return [span.error?.type, span.error?.message, ...attributes].filter((part) => typeof part === 'string').join(' ');
}
