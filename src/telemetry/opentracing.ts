import type { Attributes, SpanKind, SpanStatus } from './record.ts';
import { finite, text } from './shape.ts';
import { type Outcome, outcome, type Thrown } from './span-outcome.ts';

const KINDS: readonly SpanKind[] = ['server', 'client', 'producer', 'consumer', 'internal'];

/** https://github.com/opentracing/specification/blob/master/semantic_conventions.md */
export function kindByTag(tags: Readonly<Record<string, unknown>>): SpanKind | undefined {
  const word = text(tags['span.kind'])?.toLowerCase();
  return KINDS.find((kind) => kind === word);
}

/** OpenTracing says so with a boolean; senders of texts only (Zipkin) write `true`. */
export const isErrorTag = (tag: unknown): boolean => tag === true || tag === 'true';

/**
 * How a span ended that has no status but tags: `error` of OpenTracing and Zipkin (true, or the error itself), what OpenTelemetry's
 * and OpenCensus' exporters write, HTTP codes. A 4xx counts where nobody says that the span is the server's, as in CRISP.
 */
export function outcomeByTags(tags: Attributes, exceptions: readonly Thrown[]): Outcome {
  const told = [...toldByTag(tags['error']), ...toldByCensus(tags)];
  return outcome({
    status: told.length > 0 || isErrorTag(tags['error']) ? 'error' : statusByTag(tags),
    message: firstText(tags, DESCRIPTIONS),
    kind: kindByTag(tags) ?? 'client',
    attributes: tags,
    exceptions: [...told, ...exceptions],
  });
}

/** A word is the type of the error, anything else its message. Zipkin's may be empty. */
function toldByTag(tag: unknown): readonly Thrown[] {
  if (typeof tag !== 'string' || tag === 'true' || tag === 'false') return [];
  return [{ ...(/^[\w.$-]+$/.test(tag) ? { type: tag, message: '' } : { type: '', message: tag }), escaped: true }];
}

/** https://opentelemetry.io/docs/specs/otel/common/mapping-to-non-otlp/#span-status */
function statusByTag(tags: Attributes): SpanStatus {
  const word = text(tags['otel.status_code'])?.toLowerCase();
  return word === 'ok' || word === 'error' ? word : 'unset';
}

const firstText = (tags: Attributes, names: readonly string[]): string | undefined =>
  names.map((name) => text(tags[name])).find((value) => value !== undefined);

const DESCRIPTIONS = [
  'otel.status_description',
  'census.status_description',
  'opencensus.status_description',
  'status.message',
  'error.message',
  'error.msg',
];

/** OpenCensus has gRPC's codes. https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
const CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

function toldByCensus(tags: Attributes): readonly Thrown[] {
  // Early OpenTelemetry wrote its own numbers under `status.code`, beside `status.name`.
  const own = tags['status.name'] === undefined && tags['otel.status_code'] === undefined ? tags['status.code'] : undefined;
  const type = CODES[finite(tags['census.status_code'] ?? own) ?? 0];
  return type === undefined || type === 'OK' ? [] : [{ type, message: firstText(tags, DESCRIPTIONS) ?? '', escaped: true }];
}
