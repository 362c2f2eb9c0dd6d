import { attributes, type Entry } from './attributes.ts';
import { awsResource } from './aws-resource.ts';
import { receivedIn } from './deliveries.ts';
import type { TraceId } from './ids.ts';
import { kindByTag, outcomeByTags } from './opentracing.ts';
import { LINKS, serviceName } from './otlp-spans.ts';
import type { Parsed, Reject, SpanLink, SpanRecord } from './record.ts';
import { type Fields, fields, finite, isFields, list, text } from './shape.ts';
import { shortSpanId, shortTraceId } from './short-ids.ts';
import type { Thrown } from './span-outcome.ts';
import { found, nameText } from './text.ts';
import { microsTime } from './time.ts';

/** Whether this is what Jaeger's API answers, what its page lets you download, or one span as Jaeger stores it. */
export const isJaeger = (value: unknown): value is Fields =>
  isFields(value) && (isAnswer(value) || isTrace(value) || isSpan(value));

const isAnswer = ({ data, errors, total }: Fields): boolean =>
  Array.isArray(data) &&
  (data.length === 0 ? errors !== undefined && total !== undefined : data.some((item) => isFields(item) && isTrace(item)));

const isTrace = ({ spans, traceID, processes }: Fields): boolean =>
  Array.isArray(spans) && (traceID !== undefined || isFields(processes));

const isSpan = (value: Fields): boolean => 'traceID' in value && 'spanID' in value && 'operationName' in value;

/**
 * Reads the spans; one without ids or start becomes a reject at `where[n]`, n counting the spans from 0.
 * https://www.jaegertracing.io/docs/latest/apis/#http-json
 */
export function readJaeger(value: Fields, where: string): Parsed {
  const records: SpanRecord[] = [];
  const rejects: Reject[] = [];
  let index = 0;
  for (const [span, processes] of spansOf(value)) {
    const read = spanRecord(span, processes);
    if (typeof read === 'string') rejects.push({ reason: read, where: `${where}[${index}]` });
    else records.push(read);
    index += 1;
  }
  return { records, rejects, quiet: 0 };
}

function* spansOf(value: Fields): Generator<readonly [span: Fields, processes: Fields]> {
  if (isSpan(value)) yield [value, {}];
  const traces = isAnswer(value) ? list(value['data']).map(fields) : [value];
  for (const trace of traces) {
    for (const span of list(trace['spans'])) yield [fields(span), fields(trace['processes'])];
  }
}

/** The record, or the reason why it is none. */
function spanRecord(span: Fields, processes: Fields): SpanRecord | string {
  const traceId = shortTraceId(span['traceID']);
  if (traceId === undefined) return `Jaeger span with trace id ${found(span['traceID'])} (expected hex digits, not all zero)`;
  const spanId = shortSpanId(span['spanID']);
  if (spanId === undefined) return `Jaeger span with span id ${found(span['spanID'])} (expected hex digits, not all zero)`;
  const start = microsTime(span['startTime']);
  if (start === undefined) return `Jaeger span starting at ${found(span['startTime'])} (expected microseconds since 1970)`;
  const process = isFields(span['process']) ? span['process'] : fields(processes[text(span['processID']) ?? '']);
  const processTags = tagEntries(process['tags']).map(hostNamed);
  const own = tagEntries(span['tags']);
  const kind = kindByTag(Object.fromEntries([...processTags, ...own])) ?? 'internal';
  const merged = attributes([receivedIn(own, kind), own, processTags]);
  return {
    kind: 'span',
    traceId,
    spanId,
    ...ancestry(span, traceId),
    service: serviceName([['service.name', process['serviceName']], ...processTags]),
    operation: nameText(text(span['operationName']) ?? ''),
    spanKind: kind,
    resource: awsResource(merged, kind),
    start,
    end: microsTime(start + (finite(span['duration']) ?? Number.NaN)),
    ...outcomeByTags(merged, list(span['logs']).flatMap(logged)),
    attributes: merged,
  };
}

/** A list of `{ key, type, value }`; numbers come as text where Elasticsearch stored them. */
function tagEntries(tags: unknown): readonly Entry[] {
  return list(tags)
    .map(fields)
    .flatMap(({ key, type, value }): Entry[] => {
      const name = text(key);
      if (name === undefined) return [];
      if (type === 'bool' && typeof value === 'string') return [[name, value === 'true']];
      const number = type === 'int64' || type === 'float64' ? finite(value) : undefined;
      return [[name, Number.isSafeInteger(number) || type === 'float64' ? (number ?? value) : value]];
    });
}

/** Jaeger's clients call the host `hostname`; OpenTelemetry's name is the one that is read. */
const hostNamed = ([key, value]: Entry): Entry => [key === 'hostname' ? 'host.name' : key, value];

/** The first CHILD_OF inside the trace is the parent; whatever else is referred to is a link. */
function ancestry(span: Fields, traceId: TraceId): Pick<SpanRecord, 'parentSpanId' | 'links'> {
  const references = list(span['references'])
    .slice(0, LINKS)
    .flatMap((reference) => referenceOf(fields(reference), traceId));
  const parent = references.find((link) => link.reference === 'child-of' && link.traceId === traceId);
  // Before it had references, Jaeger had this one field.
  const parentSpanId = references.length === 0 ? shortSpanId(span['parentSpanID']) : parent?.spanId;
  return { parentSpanId, links: references.filter((link) => link.traceId !== traceId || link.spanId !== parentSpanId) };
}

function referenceOf(reference: Fields, own: TraceId): readonly SpanLink[] {
  const spanId = shortSpanId(reference['spanID']);
  const traceId = reference['traceID'] === undefined ? own : shortTraceId(reference['traceID']);
  if (spanId === undefined || traceId === undefined) return [];
  return [{ traceId, spanId, reference: reference['refType'] === 'FOLLOWS_FROM' ? 'follows-from' : 'child-of' }];
}

/** What a log of the span tells of an error, in OpenTracing's words or in those of OpenTelemetry's exporters. */
function logged(log: unknown): readonly Thrown[] {
  const said = Object.fromEntries(tagEntries(fields(log)['fields']));
  const words = (...keys: readonly string[]) => keys.map((key) => text(said[key])).find((word) => word !== undefined);
  const isError = said['event'] === 'error' || said['event'] === 'exception';
  const type = words('exception.type', 'error.kind');
  const message = words('exception.message', 'error.object', 'error') ?? (isError ? words('message') : undefined);
  if (!isError && type === undefined && message === undefined) return [];
  const escaped = said['exception.escaped'];
  return [{ type: type ?? '', message: message ?? '', escaped: escaped === true || escaped === 'true' }];
}
