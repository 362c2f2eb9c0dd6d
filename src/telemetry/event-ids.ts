import { type TraceId, traceId } from './ids.ts';
import { jsonFields } from './json.ts';
import { isFields } from './shape.ts';
import { xrayHeader } from './xray-header.ts';

/** The names, in lower case, under which AWS and loggers hand a trace on. */
const TRACE_NAMES: ReadonlySet<string> = new Set([
  'awstraceheader',
  'x-amzn-trace-id',
  '_x_amzn_trace_id',
  'traceheader',
  'traceparent',
  'traceid',
  'trace_id',
  'xray_trace_id',
]);

/** https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-/i;

/** Ours: an event has at most 1 MB; what it carries lies near its top. */
const VALUES_SEEN = 2_000;
const JSON_CHARACTERS = 262_144;
/** `arn:aws:states:eu-west-1:123456789012:execution:orders:1f2e…` */
const EXECUTION = /^arn:aws[\w-]{0,20}:states:[^:]{0,40}:\d{0,12}:(?:execution|express):\S{1,512}$/;

export const isExecutionArn = (arn: string): boolean => EXECUTION.test(arn);

/** The first trace named anywhere in an event, breadth first, also within JSON that it carries as text (`body`, `Message`, `input`). */
export function traceIn(event: unknown): TraceId | undefined {
  const queue: unknown[] = [event];
  for (let next = 0; next < queue.length && next < VALUES_SEEN; next++) {
    const named = entriesOf(opened(queue[next]));
    const trace = named
      .map(([name, value]) => (TRACE_NAMES.has(name.toLowerCase()) ? traceNamed(value) : undefined))
      .find(Boolean);
    if (trace) return trace;
    if (queue.length < VALUES_SEEN) queue.push(...named.map(([, value]) => value));
  }
  return undefined;
}

const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  isFields(value) || Array.isArray(value) ? Object.entries(value).slice(0, VALUES_SEEN) : [];

const opened = (value: unknown): unknown =>
  typeof value === 'string' && value.length <= JSON_CHARACTERS && value.trimStart().startsWith('{') ? jsonFields(value) : value;

/** The plain text, or an SQS message attribute around it. */
function traceNamed(value: unknown): TraceId | undefined {
  const said = isFields(value) ? (value['stringValue'] ?? value['Value']) : value;
  if (typeof said !== 'string') return undefined;
  return traceId(TRACEPARENT.exec(said)?.[1] ?? '') ?? xrayHeader(said).traceId;
}
