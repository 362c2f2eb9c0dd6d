import protobuf from 'protobufjs/minimal.js';
import { TraceRequest } from '../../src/telemetry/otlp-descriptor.ts';

/** What the SDKs' batch processor sends at once. https://opentelemetry.io/docs/specs/otel/trace/sdk/#batching-processor */
export const SPANS_A_REQUEST = 500;
const SPANS_A_TRACE = 5;

/** The first half of every trace id; in the second stand the trace's number in the request and the number of the request. */
const MARK = Buffer.from('74726163656c6f61', 'hex');
const SERVICES = ['api', 'checkout', 'payment', 'inventory', 'ledger'];
const OPERATIONS = ['POST /orders', 'checkout', 'charge card', 'reserve stock', 'INSERT entries'];

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** As instrumentations write them: half a kilobyte a span. */
const attributesOf = (n: number) => [
  text('http.request.method', 'POST'),
  text('url.full', `https://shop.example.com/orders/${n}?currency=EUR`),
  text('server.address', 'shop.example.com'),
  text('network.protocol.version', '1.1'),
  text(
    'user_agent.original',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  ),
  text('db.query.text', 'INSERT INTO entries (account, amount, currency) VALUES (?, ?, ?)'),
  { key: 'http.response.status_code', value: { intValue: 200 } },
  { key: 'thread.id', value: { intValue: n } },
];

const nanos = (ms: number): string => `${Math.round(ms * 1_000)}000`;

/** Each in its service, each called by the one before. */
function traceOf(n: number, endMs: number, fails: boolean) {
  const traceId = Buffer.alloc(16);
  MARK.copy(traceId);
  traceId.writeUInt32BE(n, 8);
  const spanId = (depth: number) => Buffer.from(`0000${(n * SPANS_A_TRACE + depth + 1).toString(16).padStart(12, '0')}`, 'hex');
  return SERVICES.map((service, depth) => ({
    service,
    span: {
      ...{ traceId, spanId: spanId(depth), ...(depth > 0 && { parentSpanId: spanId(depth - 1) }) },
      ...{ name: OPERATIONS[depth], kind: 2 },
      ...{ startTimeUnixNano: nanos(endMs - 100 + depth), endTimeUnixNano: nanos(endMs - depth) },
      attributes: attributesOf(n),
      ...(fails && depth === 2 && { status: { code: 2, message: 'card declined' } }),
    },
  }));
}

export type Template = (request: number) => Buffer;

/** A request of a hundred healthy traces that ended now, of which each copy has trace ids of its own. `fails`: the first of them does. */
export function template(endMs: number, fails: boolean): Template {
  const traces = Array.from({ length: SPANS_A_REQUEST / SPANS_A_TRACE }, (_, n) => traceOf(n, endMs, fails && n === 0)).flat();
  const resourceSpans = SERVICES.map((service) => ({
    resource: { attributes: [text('service.name', service), text('cloud.provider', 'aws'), text('service.version', '1.4.2')] },
    scopeSpans: [{ spans: traces.filter((each) => each.service === service).map(({ span }) => span) }],
  }));
  const bytes = Buffer.from(TraceRequest.encode(TraceRequest.fromObject({ resourceSpans }), protobuf.Writer.create()).finish());
  const places: number[] = [];
  for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 1)) places.push(at + 12);
  return (request) => {
    const copy = Buffer.from(bytes);
    for (const place of places) copy.writeUInt32BE(request, place);
    return copy;
  };
}
