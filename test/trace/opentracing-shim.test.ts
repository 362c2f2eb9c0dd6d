import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { TracerShim } from '@opentelemetry/shim-opentracing';
import { childOf, followsFrom, type Span as OpenTracingSpan, Tags, type Tracer } from 'opentracing';
import { expect, test } from 'vitest';
import { assemble } from '../../src/trace/assemble.ts';
import type { Transaction } from '../../src/trace/transaction.ts';
import { otlpReceiver } from '../local/shop/otlp-receiver.ts';

/** What OpenTelemetry's shim sends of spans made with OpenTracing's API, read and assembled. */
async function traced(work: (tracer: Tracer) => void): Promise<readonly Transaction[]> {
  const receiver = await otlpReceiver();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${receiver.url}/v1/traces` }))],
  });
  work(new TracerShim(provider.getTracer('opentracing')));
  await provider.shutdown();
  await receiver.close();
  return assemble(receiver.records).transactions;
}

const BEGIN = 1_785_830_304_000;

type Words = Parameters<Tracer['startSpan']>[1] & { readonly from: number; readonly to: number };

function spanOf(
  tracer: Tracer,
  name: string,
  { from, to, ...options }: Words,
  more?: (span: OpenTracingSpan) => void,
): OpenTracingSpan {
  const span = tracer.startSpan(name, { ...options, startTime: BEGIN + from });
  more?.(span);
  span.finish(BEGIN + to);
  return span;
}

const told = (transaction: Transaction | undefined) =>
  transaction?.spans.map(
    ({ depth, operation, kind, join, critical, status }) => `${depth} ${operation} ${kind} ${join} ${critical / 1_000} ${status}`,
  );

test('a child is a call that its parent waits for', async () => {
  const transactions = await traced((tracer) => {
    const entry = spanOf(tracer, 'POST /pay', { from: 0, to: 100, tags: { [Tags.SPAN_KIND]: 'server' } });
    spanOf(tracer, 'charge', { from: 10, to: 90, childOf: entry, tags: { [Tags.SPAN_KIND]: 'client' } });
  });

  expect(transactions.map(told)).toEqual([['0 POST /pay server undefined 20 unset', '1 charge client parent 80 unset']]);
});

test('what follows from a span is joined to it, and nobody waits for it', async () => {
  const transactions = await traced((tracer) => {
    const entry = spanOf(tracer, 'POST /pay', { from: 0, to: 100 });
    spanOf(tracer, 'send mail', { from: 50, to: 80, references: [followsFrom(entry.context())] });
    spanOf(tracer, 'bill', { from: 150, to: 200, references: [followsFrom(entry.context())] });
  });

  expect(transactions).toHaveLength(1);
  expect(transactions[0]?.traceIds).toHaveLength(3);
  expect(told(transactions[0])).toEqual([
    '0 POST /pay internal undefined 100 unset',
    '1 send mail internal link 0 unset',
    '1 bill internal link 50 unset',
  ]);
  expect(transactions[0]?.criticalPath.map(({ what }) => what)).toEqual(['work', 'wait', 'work']);
});

test('a reference to a parent, which the shim turns into a link alone, is a call all the same', async () => {
  const transactions = await traced((tracer) => {
    const entry = spanOf(tracer, 'POST /pay', { from: 0, to: 100 });
    const other = spanOf(tracer, 'audit', { from: 0, to: 10, childOf: entry });
    const references = [followsFrom(other.context()), childOf(entry.context())];
    spanOf(tracer, 'charge', { from: 20, to: 90, references });
  });

  expect(transactions.map(told)).toEqual([
    ['0 POST /pay internal undefined 20 unset', '1 audit internal parent 10 unset', '1 charge internal parent 70 unset'],
  ]);
});

test('an error is told by its tag, whenever it was set, and explained by its log', async () => {
  const [transaction] = await traced((tracer) => {
    const entry = spanOf(tracer, 'POST /pay', { from: 0, to: 100, tags: { [Tags.ERROR]: true } });
    spanOf(tracer, 'charge', { from: 10, to: 90, childOf: entry }, (span) => {
      span.setTag(Tags.ERROR, true);
      span.log({ event: 'error', 'error.kind': 'CardDeclined', message: 'no funds' });
    });
    spanOf(tracer, 'write', { from: 90, to: 95, childOf: entry }, (span) => span.setTag(Tags.ERROR, false));
  });

  expect(transaction?.outcome).toBe('failed');
  expect(transaction?.spans.map(({ status, error }) => [status, error])).toEqual([
    ['error', undefined],
    ['error', { type: 'CardDeclined', message: 'no funds' }],
    ['ok', undefined],
  ]);
});
