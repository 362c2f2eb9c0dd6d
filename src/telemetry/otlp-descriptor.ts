import protobuf from 'protobufjs/light.js';

type Field = { readonly type: string; readonly id: number; readonly rule?: 'repeated' };

const one = (type: string, id: number): Field => ({ type, id });
const many = (type: string, id: number): Field => ({ type, id, rule: 'repeated' });

/**
 * The part of opentelemetry-proto v1 that we read, by its public field numbers; what is left out is skipped. Names are those of
 * the JSON mapping, so that a decoded request has the shape of an OTLP/JSON one. Enums are read as their numbers.
 * https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto
 */
const MESSAGES = {
  AnyValue: {
    stringValue: one('string', 1),
    boolValue: one('bool', 2),
    intValue: one('int64', 3),
    doubleValue: one('double', 4),
    arrayValue: one('ArrayValue', 5),
    kvlistValue: one('KeyValueList', 6),
    bytesValue: one('bytes', 7),
  },
  ArrayValue: { values: many('AnyValue', 1) },
  KeyValueList: { values: many('KeyValue', 1) },
  KeyValue: { key: one('string', 1), value: one('AnyValue', 2) },
  Resource: { attributes: many('KeyValue', 1) },
  Scope: { name: one('string', 1), version: one('string', 2), attributes: many('KeyValue', 3) },

  TraceRequest: { resourceSpans: many('ResourceSpans', 1) },
  ResourceSpans: { resource: one('Resource', 1), scopeSpans: many('ScopeSpans', 2) },
  ScopeSpans: { scope: one('Scope', 1), spans: many('Span', 2) },
  Span: {
    traceId: one('bytes', 1),
    spanId: one('bytes', 2),
    parentSpanId: one('bytes', 4),
    name: one('string', 5),
    kind: one('int32', 6),
    startTimeUnixNano: one('fixed64', 7),
    endTimeUnixNano: one('fixed64', 8),
    attributes: many('KeyValue', 9),
    events: many('Event', 11),
    links: many('Link', 13),
    status: one('Status', 15),
    flags: one('fixed32', 16),
  },
  Event: { timeUnixNano: one('fixed64', 1), name: one('string', 2), attributes: many('KeyValue', 3) },
  Link: { traceId: one('bytes', 1), spanId: one('bytes', 2), attributes: many('KeyValue', 4), flags: one('fixed32', 6) },
  Status: { message: one('string', 2), code: one('int32', 3) },

  LogsRequest: { resourceLogs: many('ResourceLogs', 1) },
  ResourceLogs: { resource: one('Resource', 1), scopeLogs: many('ScopeLogs', 2) },
  ScopeLogs: { scope: one('Scope', 1), logRecords: many('LogRecord', 2) },
  LogRecord: {
    timeUnixNano: one('fixed64', 1),
    severityNumber: one('int32', 2),
    severityText: one('string', 3),
    body: one('AnyValue', 5),
    attributes: many('KeyValue', 6),
    traceId: one('bytes', 9),
    spanId: one('bytes', 10),
    observedTimeUnixNano: one('fixed64', 11),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Field>>>>;

/** A member of a oneof is kept when it is zero, false or empty too: that is its value, not its absence. */
const oneofs = { value: { oneof: Object.keys(MESSAGES.AnyValue) } };

const messages = Object.entries(MESSAGES).map(([name, fields]) => [name, name === 'AnyValue' ? { fields, oneofs } : { fields }]);

/** By name of the message, then by number of the field: the message that the field is; undefined: it is none, or is skipped. */
export const MESSAGE_FIELDS: ReadonlyMap<string, ReadonlyMap<number, string>> = new Map(
  Object.entries(MESSAGES).map(([name, fields]) => [
    name,
    new Map(Object.values<Field>(fields).flatMap(({ id, type }) => (type in MESSAGES ? [[id, type]] : []))),
  ]),
);

const root = protobuf.Root.fromJSON({ nested: Object.fromEntries(messages) });

export const TraceRequest = root.lookupType('TraceRequest');
export const LogsRequest = root.lookupType('LogsRequest');
