import { performance } from 'node:perf_hooks';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Chance } from './chance.ts';
import type { ShopWorld } from './checkout.ts';
import { invokeFunction } from './invoke.ts';
import type { Ledger } from './ledger.ts';
import { newOrder, totalCents } from './order.ts';
import type { Pipeline } from './pipeline.ts';
import { type Telemetry, telemetry } from './telemetry.ts';

export type Placed = {
  readonly status: 201 | 502;
  readonly orderId: string;
  readonly traceId: string;
  readonly error: string | undefined;
};

/** The service at the shop's door: one span for each request, in a new trace. */
export type OrdersApi = { readonly telemetry: Telemetry; place(): Promise<Placed> };

export function ordersApi(
  world: ShopWorld,
  parts: { readonly pipeline: Pipeline; readonly ledger: Ledger; readonly chance: Chance },
): OrdersApi {
  const service = telemetry('shop-api', { 'cloud.platform': 'aws_ecs', 'service.version': '1.4.2' }, world.otlp);
  let number = 1_000;

  const place = async (): Promise<Placed> => {
    number += 1;
    const order = newOrder(number, parts.chance, world.switches.isOn('poison-message') ? undefined : '10115');
    const start = performance.now();
    const span = service.tracer.startSpan('POST /orders', { kind: SpanKind.SERVER, attributes: REQUEST }, ROOT_CONTEXT);
    const { traceId } = span.spanContext();
    const items = order.items.map((item) => item.name).join(', ');
    const cents = totalCents(order);
    parts.ledger.enter({
      id: order.id,
      traceId,
      items,
      cents,
      placedAt: Date.now(),
      answer: undefined,
      stage: 'placing',
      attempts: 0,
    });

    const context = trace.setSpan(ROOT_CONTEXT, span);
    const error = await failureOf(async () => {
      await world.takes(4);
      await invokeFunction({ tracer: service.tracer, context }, parts.pipeline.checkout, order, world.takes);
    });
    const status = error === undefined ? 201 : 502;
    span.setAttributes({ 'http.response.status_code': status, 'shop.order.id': order.id });
    if (error !== undefined) span.setAttribute('error.type', '502').setStatus({ code: SpanStatusCode.ERROR, message: error });
    span.end();

    const answer = { status, durationMs: performance.now() - start };
    parts.ledger.change(order.id, { answer, ...(error === undefined ? {} : { stage: 'refused' as const }) });
    if (error === undefined) stillQueued(parts.ledger, order.id);
    return { status, orderId: order.id, traceId, error };
  };
  return { telemetry: service, place };
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span */
const REQUEST = {
  'http.request.method': 'POST',
  'http.route': '/orders',
  'url.path': '/orders',
  'url.scheme': 'https',
  'server.address': 'shop.example',
};

/** The queue may have been faster than the answer. */
function stillQueued(ledger: Ledger, id: string): void {
  const isPlacing = ledger.latest().some((entry) => entry.id === id && entry.stage === 'placing');
  if (isPlacing) ledger.change(id, { stage: 'queued' });
}

async function failureOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}
