import { isAwsSpan, readAwsSpan } from './aws-spans.ts';
import { type TraceId, traceId } from './ids.ts';
import { readJson } from './json.ts';
import { isOtlp, readOtlpJson } from './otlp-json.ts';
import { joined, QUIET, rejected } from './parsed.ts';
import type { Parsed } from './record.ts';
import { type Fields, fields, isFields, list, text } from './shape.ts';
import { found } from './text.ts';
import { readSegment } from './xray-segment.ts';

/**
 * Whether this is something of X-Ray's: the answer of `BatchGetTraces` or `ListRetrievedTraces`, one trace of it, what is sent to
 * `PutTraceSegments` or to the daemon, or a segment document by itself.
 * https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html
 */
export const isXray = (value: unknown): value is Fields =>
  isFields(value) &&
  (Array.isArray(value['Traces']) || documentsOf(value) !== undefined || isSegment(value) || isDaemonHeader(value));

/** Segments, and subsegments that were sent by themselves. */
const isSegment = (value: Fields): boolean => 'id' in value && 'start_time' in value && ('trace_id' in value || 'name' in value);

/** Stands before each document that is sent to the daemon, and says nothing. https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html */
const isDaemonHeader = (value: Fields): boolean =>
  value['format'] === 'json' && value['version'] === 1 && Object.keys(value).length === 2;

/** `Segments` of `BatchGetTraces`, `Spans` of `ListRetrievedTraces`, and what `PutTraceSegments` takes. */
function documentsOf(value: Fields): readonly unknown[] | undefined {
  return [value['Segments'], value['Spans'], value['TraceSegmentDocuments']].find(Array.isArray);
}

/** What is known of all documents of a trace. */
type Around = { readonly trace: TraceId | undefined; readonly truncated: boolean };

const ALONE: Around = { trace: undefined, truncated: false };

export function readXray(value: Fields, where: string): Parsed {
  if (isDaemonHeader(value)) return QUIET;
  if (Array.isArray(value['Traces']))
    return joined(list(value['Traces']).map((trace, n) => readTrace(fields(trace), `${where}.Traces[${n}]`)));
  return documentsOf(value) ? readTrace(value, where) : readSegment(value, { ...ALONE, where });
}

function readTrace(trace: Fields, where: string): Parsed {
  const documents = documentsOf(trace);
  if (!documents) return rejected(`X-Ray trace with ${found(trace['Segments'])} (expected Segments)`, where);
  const around: Around = { trace: traceId(text(trace['Id']) ?? ''), truncated: trace['LimitExceeded'] === true };
  return joined(documents.map((each, n) => readDocument(each, around, `${where}.Segments[${n}]`)));
}

/** A document is JSON in a string, alone or under `Document`; tools that tidy up leave the object itself. */
function readDocument(wrapped: unknown, around: Around, where: string): Parsed {
  const document = isFields(wrapped) && 'Document' in wrapped ? wrapped['Document'] : wrapped;
  const value = typeof document === 'string' ? readJson(document)?.value : document;
  // ListRetrievedTraces with the format OTEL, as it answers where Transaction Search is on.
  if (isOtlp(value, 'traces')) return readOtlpJson(value, 'traces', where);
  if (isAwsSpan(value)) return readAwsSpan(value, where);
  return isFields(value)
    ? readSegment(value, { ...around, where })
    : rejected(`X-Ray document ${found(document)} (expected the JSON of an object)`, where);
}
