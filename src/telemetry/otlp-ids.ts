import { type SpanId, spanId, type TraceId, traceId } from './ids.ts';

const HEX_16 = /^[0-9a-f]{16}$/i;
/** Base64 of 16 and of 8 bytes: what protobuf's own JSON mapping writes, and so do senders that overlooked OTLP's exception. */
const BASE64_16_BYTES = /^[A-Za-z0-9+/]{22}==$/;
const BASE64_8_BYTES = /^[A-Za-z0-9+/]{11}=$/;

/**
 * Bytes (protobuf), hex (OTLP/JSON), X-Ray's form, base64 (a known mistake), or the 64-bit ids of older tracers, which are the
 * low half of a 128-bit one. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function otlpTraceId(value: unknown): TraceId | undefined {
  const hex = hexOf(value, BASE64_16_BYTES);
  return hex === undefined ? undefined : traceId(HEX_16.test(hex) ? hex.padStart(32, '0') : hex);
}

/** Bytes, hex or base64. undefined for the empty one too, with which senders say that there is no parent. */
export function otlpSpanId(value: unknown): SpanId | undefined {
  const hex = hexOf(value, BASE64_8_BYTES);
  return hex === undefined ? undefined : spanId(hex);
}

function hexOf(value: unknown, base64: RegExp): string | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value !== 'string') return undefined;
  return base64.test(value) ? Buffer.from(value, 'base64').toString('hex') : value;
}
