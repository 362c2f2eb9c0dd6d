import { createHash } from 'node:crypto';
import { type SpanId, spanId, type TraceId, traceId } from './ids.ts';

const HEX = /^[0-9a-f]+$/i;
/** Ours: longer than any id; what is longer is a text. */
const NAME = /^[\w.:-]{1,64}$/;

/**
 * The ids of Jaeger and Zipkin: hex of any length, as both drop leading zeros and know traces of 64 bits. Anonymised recordings
 * call their spans `A` or `root`: such a name stands for the hash of it, the same one wherever it is read.
 */
export const shortTraceId = (value: unknown): TraceId | undefined => traceId(fullId(value, 32));

/** undefined for `0` too, with which older senders say that there is no parent. */
export const shortSpanId = (value: unknown): SpanId | undefined => spanId(fullId(value, 16));

function fullId(value: unknown, digits: number): string {
  const name = typeof value === 'string' ? value.trim() : '';
  if (name.length <= digits && HEX.test(name)) return name.padStart(digits, '0');
  return NAME.test(name) ? createHash('sha256').update(name).digest('hex').slice(0, digits) : '';
}
