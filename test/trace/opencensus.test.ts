import { CanonicalCode, CoreTracer, type Span, SpanKind } from '@opencensus/core';
import { ZipkinTraceExporter } from '@opencensus/exporter-zipkin';
import { expect, test } from 'vitest';
import { assemble } from '../../src/trace/assemble.ts';
import { otlpReceiver } from '../local/shop/otlp-receiver.ts';

/** Runs `work` inside a root span that OpenCensus itself made; resolves to that span when it has ended. */
function rooted(service: string, kind: SpanKind, work: (tracer: CoreTracer, root: Span) => void): Span {
  const tracer = new CoreTracer();
  tracer.start({ samplingRate: 1 });
  return tracer.startRootSpan({ name: `${service} entry`, kind }, (root) => {
    work(tracer, root);
    root.end();
    return root;
  });
}

test('a trace of OpenCensus, sent by its exporter to Zipkin, is read with its statuses', async () => {
  const receiver = await otlpReceiver();
  const exporter = new ZipkinTraceExporter({ url: `${receiver.url}/api/v2/spans`, serviceName: 'shop' });
  const root = rooted('shop', SpanKind.SERVER, (tracer, entry) => {
    const charge = tracer.startChildSpan({ name: 'charge', kind: SpanKind.CLIENT, childOf: entry });
    charge.addAttribute('http.status_code', 503);
    charge.setStatus(CanonicalCode.UNAVAILABLE, 'no route to bank');
    charge.addAnnotation('connecting');
    charge.end();
    entry.setStatus(CanonicalCode.OK);
  });
  await exporter.publish([root]);
  await receiver.close();

  const { transactions } = assemble(receiver.records);
  expect(transactions).toHaveLength(1);
  expect(transactions[0]).toMatchObject({ id: root.traceId, name: 'shop entry', service: 'shop', incomplete: [] });
  expect(
    transactions[0]?.spans.map(({ depth, operation, kind, status, error }) => [depth, operation, kind, status, error]),
  ).toEqual([
    [0, 'shop entry', 'server', 'unset', undefined],
    [1, 'charge', 'client', 'error', { type: 'UNAVAILABLE', message: 'no route to bank' }],
  ]);
});
