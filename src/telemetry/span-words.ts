import type { SpanKind, SpanStatus } from './record.ts';
import { text } from './shape.ts';

/** By the number of the SpanKind enum. https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto */
const KINDS: readonly SpanKind[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUSES: readonly SpanStatus[] = ['unset', 'ok', 'error'];

/** From `3`, `"SPAN_KIND_CLIENT"` or `"CLIENT"`. Unspecified counts as internal, as OTLP allows. */
export function spanKind(value: unknown): SpanKind {
  if (typeof value === 'number') return KINDS[value] ?? 'internal';
  const word = (text(value) ?? '').replace('SPAN_KIND_', '').toLowerCase();
  return KINDS.find((kind) => kind === word) ?? 'internal';
}

/** From `2`, `"STATUS_CODE_ERROR"` or `"ERROR"`. */
export function spanStatus(value: unknown): SpanStatus {
  if (typeof value === 'number') return STATUSES[value] ?? 'unset';
  const word = (text(value) ?? '').replace('STATUS_CODE_', '').toLowerCase();
  return STATUSES.find((status) => status === word) ?? 'unset';
}

/** It asks somebody else, and tells of it from its own side. */
export const isCalling = (kind: SpanKind): boolean => kind === 'client' || kind === 'producer';

/** It takes up what somebody else asked for. */
export const isServing = (kind: SpanKind): boolean => kind === 'server' || kind === 'consumer';
