import type { LogRecord, TelemetryRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import type { Transaction } from '../../src/trace/transaction.ts';
import { aSpan, aTraceId, at, type SpanWords } from '../trace/records.ts';

/** One order through a small shop: gateway → checkout → stock, payment → ledger. Milliseconds. */
export type Order = {
  readonly gateway?: number;
  readonly checkout?: number;
  readonly stock?: number;
  readonly payment?: number;
  /** On the way to a service and back, by `caller>callee`. */
  readonly wire?: Readonly<Record<string, number>>;
  /** How often the stock is asked. */
  readonly asks?: number;
  readonly failing?: readonly ('gateway' | 'checkout' | 'payment' | 'stock')[];
  /** The calls to those who fail do not say so. */
  readonly hushed?: boolean;
  readonly logs?: readonly Pick<LogRecord, 'service' | 'severity' | 'body'>[];
  readonly attributes?: SpanWords['attributes'];
  readonly trace?: string;
};

const USUAL: readonly LogRecord['body'][] = ['reserve items', 'charge card'];

/** `n` orders, each a little different in time as real ones are; repeatable. */
export function orders(n: number, of: Order | ((i: number) => Order) = {}, name = 'order'): readonly TelemetryRecord[] {
  return Array.from({ length: n }, (_, i) => {
    const order = typeof of === 'function' ? of(i) : of;
    return anOrder({ ...order, trace: `${name}${i}` }, 1 + 0.1 * Math.sin(7 * i + name.length), 1_000 * i);
  }).flat();
}

export const transactions = (records: readonly TelemetryRecord[]): readonly Transaction[] => assemble(records).transactions;

function anOrder(order: Order, pace: number, begin: number): readonly TelemetryRecord[] {
  const { trace = 'order', asks = 1, hushed = false, failing = [], wire = {}, attributes = {} } = order;
  const records: TelemetryRecord[] = [];
  let now = begin;
  const work = (ms: number): void => {
    now += ms * pace;
  };
  const status = (service: string): Pick<SpanWords, 'status' | 'error'> =>
    failing.some((each) => each === service) ? { status: 'error', error: { type: `${service}Failed`, message: 'no' } } : {};
  const serve = (service: string, parent: string | undefined, inside: () => void): void => {
    const id = `${service}${records.length}`;
    const from = now;
    const place = records.length;
    inside();
    const span = aSpan({
      id,
      trace,
      parent,
      service,
      operation: `${service} op`,
      spanKind: 'server',
      from,
      to: now,
      attributes,
      ...status(service),
    });
    records.splice(place, 0, span);
  };
  const call = (caller: string, callee: string, parent: string, inside: (id: string) => void): void => {
    const id = `${caller}-${callee}${records.length}`;
    const [from, place, wired] = [now, records.length, wire[`${caller}>${callee}`] ?? 2];
    work(wired / 2);
    inside(id);
    work(wired / 2);
    records.splice(
      place,
      0,
      aSpan({
        id,
        trace,
        parent,
        service: caller,
        operation: `call ${callee}`,
        spanKind: 'client',
        from,
        to: now,
        ...(hushed ? {} : status(callee)),
      }),
    );
  };
  const entry = 'gateway0';
  serve('gateway', undefined, () => {
    work(order.gateway ?? 3);
    call('gateway', 'checkout', entry, (toCheckout) => {
      const checkout = `checkout${records.length}`;
      serve('checkout', toCheckout, () => {
        work(order.checkout ?? 10);
        for (let i = 0; i < asks; i++)
          call('checkout', 'stock', checkout, (id) => serve('stock', id, () => work(order.stock ?? 5)));
        call('checkout', 'payment', checkout, (id) => serve('payment', id, () => work(order.payment ?? 20)));
      });
    });
  });
  const said = order.logs ?? USUAL.map((body) => ({ service: 'checkout', severity: 'info' as const, body }));
  const logs = said.map(
    (log): LogRecord => ({
      kind: 'log',
      traceId: aTraceId(trace),
      spanId: undefined,
      requestId: undefined,
      at: at(begin),
      ...log,
    }),
  );
  return [...records, ...logs];
}
