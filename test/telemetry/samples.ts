import { gzipSync } from 'node:zlib';
import type { InvocationRecord, LogRecord, Parsed, SpanRecord, TelemetryRecord } from '../../src/telemetry/record.ts';

export const TRACE = '5b8efff798038103d269b633813fc60c';
export const SPAN = 'eee19b7ec3c1b174';
export const PARENT = 'eee19b7ec3c1b173';
export const REQUEST = '8f5c1a52-6d1e-4c1e-9d3f-0e2f6f7a8b9c';

type Json = Readonly<Record<string, unknown>>;

/** OTLP's spelling of an attribute set. */
export const otlpAttributes = (plain: Json): readonly Json[] =>
  Object.entries(plain).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));

/** A span as an OTLP/JSON exporter sends it. */
export const otlpSpan = (more: Json = {}): Json => ({
  traceId: TRACE,
  spanId: SPAN,
  parentSpanId: PARENT,
  name: 'POST /checkout',
  kind: 2,
  startTimeUnixNano: '1785830304877000193',
  endTimeUnixNano: '1785830305019000193',
  attributes: [],
  status: {},
  ...more,
});

export const traceRequest = (spans: readonly unknown[], resource: Json = { 'service.name': 'shop' }, scope: Json = {}): Json => ({
  resourceSpans: [
    {
      resource: { attributes: otlpAttributes(resource) },
      scopeSpans: [{ scope: { name: 's', attributes: otlpAttributes(scope) }, spans }],
    },
  ],
});

export const logsRequest = (logs: readonly unknown[], resource: Json = { 'service.name': 'shop' }): Json => ({
  resourceLogs: [{ resource: { attributes: otlpAttributes(resource) }, scopeLogs: [{ scope: { name: 's' }, logRecords: logs }] }],
});

/** A finished client span as CloudWatch Transaction Search records it. */
export const awsSpan = (more: Json = {}): Json => ({
  resource: {},
  traceId: TRACE,
  spanId: SPAN,
  parentSpanId: PARENT,
  name: 'S3.ListBuckets',
  kind: 'CLIENT',
  startTimeUnixNano: Number('1785830304947000064'),
  endTimeUnixNano: Number('1785830304997999872'),
  durationNano: 50999808,
  attributes: {
    'aws.local.service': 'UnknownService',
    'rpc.system': 'aws-api',
    'rpc.service': 'S3',
    'http.response.status_code': 200,
  },
  status: { code: 'UNSET' },
  _aws: { xray: { name: 'S3', namespace: 'aws', type: 'subsegment' } },
  ...more,
});

export const payload = (messages: readonly unknown[], more: Json = {}): Json => ({
  messageType: 'DATA_MESSAGE',
  owner: '123456789012',
  logGroup: '/aws/lambda/orders',
  logStream: '2026/08/04/[$LATEST]e34ea4d32b8f441c96246bbee30ff465',
  subscriptionFilters: ['tracefall'],
  logEvents: messages.map((message, index) => ({ id: String(index), timestamp: 1785830304877 + index, message })),
  ...more,
});

/** As a Lambda function receives the payload. */
export const packed = (body: unknown): Json => ({ awslogs: { data: gzipSync(JSON.stringify(body)).toString('base64') } });

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function only<Kind extends TelemetryRecord['kind']>(parsed: Parsed, kind: Kind): Extract<TelemetryRecord, { kind: Kind }> {
  const [record] = parsed.records;
  if (parsed.records.length !== 1 || record?.kind !== kind)
    throw new Error(`expected one ${kind}, not ${JSON.stringify(parsed)}`);
  // The kind was compared above, and it alone tells the members of the union apart.
  return record as Extract<TelemetryRecord, { kind: Kind }>;
}

export const onlySpan = (parsed: Parsed): SpanRecord => only(parsed, 'span');
export const onlyLog = (parsed: Parsed): LogRecord => only(parsed, 'log');
export const onlyInvocation = (parsed: Parsed): InvocationRecord => only(parsed, 'invocation');
