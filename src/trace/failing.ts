import { batchFailures } from '../telemetry/batch-failures.ts';
import type { Attributes, SpanStatus } from '../telemetry/record.ts';

/** OpenTelemetry's names, the stable one first. https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
const HTTP_STATUS = ['http.response.status_code', 'http.status_code'] as const;
const SERVER_FAULT = 500;
const GATEWAY_TIMEOUT = 504;
const TIME_OUT = /time[- _]?d?[- _]?out|timedout|deadline[- _]?exceeded|ETIMEDOUT|ESOCKETTIMEDOUT/i;

type Judged = {
  readonly status: SpanStatus;
  readonly error: { readonly type: string; readonly message: string } | undefined;
  readonly attributes: Attributes;
};

export function httpStatus(attributes: Attributes): number | undefined {
  for (const name of HTTP_STATUS) {
    const said = attributes[name];
    const code = said === undefined ? 0 : Number(said);
    if (Number.isInteger(code) && code >= 100) return code;
  }
  return undefined;
}

/** AWS leaves spans that answered 502 `UNSET`, so the code counts where nobody set a status. */
export function isFailing(span: Judged): boolean {
  if (span.status === 'error') return true;
  return span.status === 'unset' && (httpStatus(span.attributes) ?? 0) >= SERVER_FAULT;
}

/** The deepest failure among those that are blamed, so that a third delivery has the hop of the first; else the first there is. */
export function failingSpan<S extends Judged & { readonly spanId: string; readonly depth: number; readonly start: number }>(
  spans: readonly S[],
  blamed: readonly string[],
): S | undefined {
  const about = new Set(blamed);
  const failing = spans.filter(isFailing);
  const [deepest] = failing.filter(({ spanId }) => about.has(spanId)).toSorted((a, b) => b.depth - a.depth || a.start - b.start);
  return deepest ?? failing[0];
}

/** The span failed because it, or what it called, took longer than somebody was ready to wait. */
export function timedOut(span: Judged): boolean {
  if (!isFailing(span)) return false;
  if (httpStatus(span.attributes) === GATEWAY_TIMEOUT) return true;
  return span.error !== undefined && (TIME_OUT.test(span.error.type) || TIME_OUT.test(span.error.message));
}

/** Shorter than this an id may stand in an error's words by chance. */
const TELLING_CHARACTERS = 8;

/**
 * Which records of its batch a span says have failed.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function failedItems(span: Judged): (item: string) => boolean {
  const reported = batchFailures(span.attributes);
  const told = isFailing(span) && span.error ? [...reported, span.error.message] : reported;
  if (told.length === 0) return () => false;
  return (item) => told.some((words) => words === item || (item.length >= TELLING_CHARACTERS && words.includes(item)));
}
