import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { aSpan } from '../trace/records.ts';

/** A transaction whose second call fails. */
export const declined = (trace: string, since = 0): readonly TelemetryRecord[] => [
  aSpan({
    ...{ trace, id: `${trace} entry`, service: 'api', operation: 'POST /orders', status: 'error', from: since, to: since + 100 },
  }),
  aSpan({
    ...{ trace, id: `${trace} pay`, parent: `${trace} entry`, service: 'payment', operation: 'charge' },
    ...{ from: since + 10, to: since + 90 },
    ...{ status: 'error', error: { type: 'CardDeclined', message: `order ${trace.charCodeAt(1)}` } },
  }),
];
