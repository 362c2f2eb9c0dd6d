/** 32 lower-case hex digits, never all zero: the W3C form, into which X-Ray's `1-8hex-24hex` is turned at the border. */
export type TraceId = string & { readonly id: 'trace' };

/** 16 lower-case hex digits, never all zero. */
export type SpanId = string & { readonly id: 'span' };

const TRACE = /^(?!0{32})[0-9a-f]{32}$/;
const SPAN = /^(?!0{16})[0-9a-f]{16}$/;
/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids */
const XRAY = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/;

/** Reads `1-5759e988-bd862e3fe1be46a994272793` or 32 hex digits in either case. */
export function traceId(text: string): TraceId | undefined {
  const lower = text.trim().toLowerCase();
  const xray = XRAY.exec(lower);
  const hex = xray ? `${xray[1]}${xray[2]}` : lower;
  return TRACE.test(hex) ? (hex as TraceId) : undefined;
}

export function spanId(text: string): SpanId | undefined {
  const lower = text.trim().toLowerCase();
  return SPAN.test(lower) ? (lower as SpanId) : undefined;
}

/** How the X-Ray console and API write it. */
export const xrayTraceId = (id: TraceId): string => `1-${id.slice(0, 8)}-${id.slice(8)}`;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A run that no trace tells of is a trace of its own, under the digits of its request id: a UUID has as many as a trace id. */
export const traceOfRequest = (requestId: string): TraceId | undefined =>
  UUID.test(requestId) ? traceId(requestId.replaceAll('-', '')) : undefined;

/** Of which run's, if it is one's own. */
export const requestOfTrace = (id: TraceId): string =>
  [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join('-');

/** 2^64 divided by the golden ratio: odd, so that no two ids become one and none becomes zero. */
const SPREAD = 0x9e3779b97f4a7c15n;

/** The id of a call's serving half where both halves came under the caller's. The same wherever it is made. */
export const servingHalf = (id: SpanId): SpanId =>
  BigInt.asUintN(64, BigInt(`0x${id}`) * SPREAD)
    .toString(16)
    .padStart(16, '0') as SpanId;
