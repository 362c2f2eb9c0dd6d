import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type Entry, type Examined, type Ledger, type Source, unaccounted } from './ledger.ts';
import { type Micros, toMillis } from './units.ts';
import { within } from './within.ts';

/** What the processes count; `GET /metrics` shows it as Prometheus text. */
export type Metrics = {
  /** A request that was refused at a door which takes no telemetry. */
  readonly refused: (door: string, reason: string) => void;
  readonly request: (door: string, status: number) => void;
  readonly text: () => Promise<string>;
  readonly contentType: string;
};

/** What is known of all processes together; `refusedNames`: in the present block of time. */
export type Together = {
  readonly examined: Examined;
  readonly givenUp: ReadonlyMap<string, number>;
  readonly refusedNames: number;
  readonly arrivals: readonly { readonly source: Source; readonly arrivedAt: Micros }[];
};

export function metrics(ledger: Ledger, together: () => Promise<Together>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  conservation(registry, ledger);
  const looked = ofAll(registry, together);
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
    text: async () => {
      await looked();
      return await registry.metrics();
    },
    contentType: registry.contentType,
  };
}

/** Who scrapes waits some ten seconds: without Redis there is an answer none the less. */
const TOGETHER_WITHIN_MS = 2_000;

/** Gives what brings them up to date; while Redis is away they are not there. Every process of a bot shows the same. */
function ofAll(registry: Registry, together: () => Promise<Together>): () => Promise<void> {
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const what = 'Suspect transactions of all processes: asked for, and what became of them, which adds up to that';
  const examinations = gauge('tracefall_examinations', what, 'became');
  const jobs = gauge('tracefall_given_up_jobs', 'Jobs of all processes that nobody tries any more: tracefall replay', 'queue');
  const unnamed = 'Spans of operations that found no room among what is usual, in three hours: their names are all different';
  const names = gauge('tracefall_names_refused', unnamed);
  const arrivals = gauge(
    'tracefall_last_arrival_timestamp_seconds',
    'When something last came through, to any process',
    'source',
  );
  return async () => {
    const read = await within(together(), TOGETHER_WITHIN_MS).catch(() => undefined);
    examinations.reset();
    jobs.reset();
    arrivals.reset();
    names.set(read?.refusedNames ?? Number.NaN);
    for (const [became, count] of Object.entries(read?.examined ?? {})) examinations.set({ became }, count);
    for (const [queue, count] of read?.givenUp ?? []) jobs.set({ queue }, count);
    for (const { source, arrivedAt } of read?.arrivals ?? []) arrivals.set({ source }, toMillis(arrivedAt) / 1_000);
  };
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
