import { type SpanId, spanId, type TraceId, traceId } from './ids.ts';

export type XrayHeader = {
  readonly traceId: TraceId | undefined;
  readonly parent: SpanId | undefined;
  /** undefined: not said, or left to the receiver. */
  readonly sampled: boolean | undefined;
};

/**
 * `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1` as in the header `X-Amzn-Trace-Id`, the variable
 * `_X_AMZN_TRACE_ID` and the SQS attribute `AWSTraceHeader`; a bare trace id is read too.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export function xrayHeader(header: string): XrayHeader {
  const parts = new Map(header.split(';').map((part) => split(part.trim())));
  const sampled = parts.get('sampled');
  return {
    traceId: traceId(parts.get('root') ?? header),
    parent: spanId(parts.get('parent') ?? ''),
    sampled: sampled === '1' ? true : sampled === '0' ? false : undefined,
  };
}

function split(part: string): readonly [key: string, value: string] {
  const equals = part.indexOf('=');
  return [part.slice(0, Math.max(0, equals)).toLowerCase(), part.slice(equals + 1)];
}
