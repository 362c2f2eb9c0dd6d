import { Counter, collectDefaultMetrics, Registry } from 'prom-client';
import type { Kept } from './ports.ts';

/** What the processes count; `GET /metrics` shows it as Prometheus text. */
export type Metrics = {
  readonly kept: (counts: Pick<Kept, 'stored' | 'duplicates' | 'truncated' | 'shed'>) => void;
  readonly rejected: (door: string, reason: string, count: number) => void;
  readonly request: (door: string, status: number) => void;
  readonly text: () => Promise<string>;
  readonly contentType: string;
};

export function metrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const records = new Counter({
    name: 'tracefall_records_total',
    help: 'Telemetry records, by what became of them',
    labelNames: ['what'],
    registers,
  });
  const rejects = new Counter({
    name: 'tracefall_rejects_total',
    help: 'Input that could not be read or was refused',
    labelNames: ['door', 'reason'],
    registers,
  });
  const requests = new Counter({
    name: 'tracefall_http_requests_total',
    help: 'HTTP requests answered',
    labelNames: ['door', 'status'],
    registers,
  });
  return {
    kept: ({ stored, duplicates, truncated, shed }) => {
      records.inc({ what: 'stored' }, stored);
      records.inc({ what: 'duplicate' }, duplicates);
      records.inc({ what: 'truncated' }, truncated);
      records.inc({ what: 'shed' }, shed);
    },
    rejected: (door, reason, count) => rejects.inc({ door, reason }, count),
    request: (door, status) => requests.inc({ door, status: String(status) }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
