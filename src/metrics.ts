import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type Entry, type Ledger, unaccounted } from './ledger.ts';

/** What the processes count; `GET /metrics` shows it as Prometheus text. */
export type Metrics = {
  /** A request that was refused at a door which takes no telemetry. */
  readonly refused: (door: string, reason: string) => void;
  readonly request: (door: string, status: number) => void;
  readonly text: () => Promise<string>;
  readonly contentType: string;
};

/** `refusedNames`: of all processes together, in the present block of time; asked whenever somebody looks. */
export function metrics(ledger: Ledger, refusedNames: () => Promise<number>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  conservation(registry, ledger);
  names(registry, refusedNames);
  const refused = counter(registry, {
    name: 'tracefall_refused_total',
    help: 'Requests that were refused at a door which takes no telemetry',
    labelNames: ['door', 'reason'],
  });
  const requests = counter(registry, {
    name: 'tracefall_http_requests_total',
    help: 'HTTP requests answered',
    labelNames: ['door', 'status'],
  });
  return {
    refused: (door, reason) => refused.inc({ door, reason }),
    request: (door, status) => requests.inc({ door, status: String(status) }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function names(registry: Registry, refused: () => Promise<number>): void {
  const help = 'Spans of operations that found no room among what is usual, in three hours: their names are all different';
  new Gauge({
    ...{ name: 'tracefall_names_refused', help, registers: [registry] },
    async collect() {
      this.set(await refused().catch(() => Number.NaN));
    },
  });
}

type Described = { readonly name: string; readonly help: string; readonly labelNames: readonly string[] };

function counter(registry: Registry, { name, help, labelNames }: Described, collect?: (counter: Counter) => void): Counter {
  return new Counter({
    ...{ name, help, labelNames: [...labelNames], registers: [registry] },
    ...(collect && {
      collect() {
        this.reset();
        collect(this);
      },
    }),
  });
}

/** For every source: received = the sum of what became of it, exactly. */
function conservation(registry: Registry, ledger: Ledger): void {
  const each = (read: (source: string, entry: Entry) => void) => {
    for (const [source, entry] of Object.entries(ledger.totals())) read(source, entry);
  };
  const received = { name: 'tracefall_received_total', help: 'Spans, logs and events that came in', labelNames: ['source'] };
  counter(registry, received, (count) => each((source, entry) => count.inc({ source }, entry.received)));
  const settled = {
    name: 'tracefall_settled_total',
    help: 'What became of them; their sum for a source is what it received',
    labelNames: ['source', 'became', 'reason'],
  };
  counter(registry, settled, (count) =>
    each((source, { stored, duplicates, quiet, rejected }) => {
      count.inc({ source, became: 'stored', reason: '' }, stored);
      count.inc({ source, became: 'duplicate', reason: '' }, duplicates);
      count.inc({ source, became: 'quiet', reason: '' }, quiet);
      for (const [reason, n] of Object.entries(rejected)) count.inc({ source, became: 'rejected', reason }, n);
    }),
  );
  const lost = { name: 'tracefall_unaccounted_total', help: '0, or there is a mistake in the counting', labelNames: ['source'] };
  counter(registry, lost, (count) => each((source, entry) => count.inc({ source }, Math.abs(unaccounted(entry)))));
}
