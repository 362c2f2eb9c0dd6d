import { batchFailures } from './batch-failures.ts';
import { NAMELESS } from './error-text.ts';
import type { Attributes, SpanError, SpanKind, SpanStatus } from './record.ts';
import { finite } from './shape.ts';
import { cut } from './text.ts';

/** What a span says of its end, before it is weighed. */
export type Said = {
  readonly status: SpanStatus;
  readonly message: string | undefined;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly exceptions: readonly Thrown[];
};

/** `escaped`: it left the span, so the span failed; otherwise it may have been handled. */
export type Thrown = SpanError & { readonly escaped: boolean };

export type Outcome = { readonly status: SpanStatus; readonly error: SpanError | undefined };

/** Ours: a type is a class name. */
const TYPE_CHARACTERS = 256;
const MESSAGE_CHARACTERS = 2_048;
/** Of a function that returned and told Lambda which records of its batch have failed: what that is called where it is switched on. */
const REPORTED = 'ReportBatchItemFailures';

/**
 * Whether the span failed, and of what. A sender's own word (ok, error) stands; `unset` is weighed, because AWS leaves it beside an
 * HTTP 502. A handled exception is told as the error of a span that is still `unset`.
 */
export function outcome(said: Said): Outcome {
  const status = said.status === 'unset' && failed(said) ? 'error' : said.status;
  return { status, error: status === 'ok' ? undefined : errorOf(said, status) };
}

function failed({ kind, attributes, exceptions }: Said): boolean {
  if (attributes['error.type'] !== undefined || attributes['aws.xray.fault'] === true) return true;
  if (exceptions.some((thrown) => thrown.escaped) || batchFailures(attributes).length > 0) return true;
  const code = httpCode(attributes) ?? 0;
  // A 4xx is the caller's fault: it fails the caller's span, not the server's.
  // https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status
  const refused = code >= 400 || attributes['aws.xray.error'] === true || attributes['aws.xray.throttle'] === true;
  return code >= 500 || (kind === 'client' && refused);
}

/** By the current name and by the one before it. */
const httpCode = (attributes: Attributes): number | undefined =>
  finite(attributes['http.response.status_code'] ?? attributes['http.status_code']);

function errorOf(said: Said, status: SpanStatus): SpanError | undefined {
  const thrown = said.exceptions.at(-1);
  const code = httpCode(said.attributes);
  const http = code !== undefined && code >= 400 ? code : undefined;
  const items = batchFailures(said.attributes);
  const type =
    named(thrown?.type) || named(errorType(said.attributes)) || http?.toString() || (items.length > 0 ? REPORTED : undefined);
  const message = thrown?.message || said.message || (http === undefined ? items.join(', ') : `HTTP ${http}`);
  if (thrown === undefined && (status !== 'error' || (type === undefined && message === ''))) return undefined;
  return { type: cut(type ?? '', TYPE_CHARACTERS), message: cut(message, MESSAGE_CHARACTERS) };
}

const named = (type: string | undefined): string | undefined => (type === NAMELESS ? undefined : type);

function errorType(attributes: Attributes): string | undefined {
  const type = attributes['error.type'] ?? attributes['exception.type'];
  return typeof type === 'string' || typeof type === 'number' ? String(type) : undefined;
}
