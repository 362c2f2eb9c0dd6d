import { expect, test } from 'vitest';
import type { LogRecord } from '../../src/telemetry/record.ts';
import { linesAround } from '../../src/trace/lines-around.ts';
import { fromSeconds, micros } from '../../src/units.ts';
import { NOON, TRACE, transaction } from '../slack/samples.ts';

const [entry, failing] = transaction().spans;
if (!entry || !failing) throw new Error('expected two spans');

const line = (body: string, seconds: number, changes: Partial<LogRecord> = {}): LogRecord => ({
  ...{ kind: 'log', traceId: TRACE, spanId: undefined, requestId: undefined, service: 'payments', severity: 'info' },
  ...{ body, at: micros(NOON + seconds * 1_000_000) },
  ...changes,
});
const around = (...logs: readonly LogRecord[]) => linesAround({ logs, start: NOON }, failing).map(({ body }) => body);

test('what the failing span, its run or its service near it wrote, in order', () => {
  const own = line('by span', 500, { spanId: failing.spanId, service: undefined });

  expect(around(line('late', 60), own, line('near', 2), line('of another', 2, { service: 'stock' }))).toEqual([
    'near',
    'by span',
  ]);
});

test('of many the worst, then the nearest to the failure', () => {
  const infos = Array.from({ length: 20 }, (_, each) => line(`info ${each}`, each / 10));

  expect(around(...infos, line('warned', 0.05, { severity: 'warn' }))).toEqual([
    'warned',
    ...['info 15', 'info 16', 'info 17', 'info 18', 'info 19'],
  ]);
});

test('the same words once, counted', () => {
  const [first, ...others] = linesAround({ logs: [line('again', 1), line('again', 2)], start: NOON }, failing);

  expect(first).toMatchObject({ times: 2, after: fromSeconds(1) });
  expect(others).toEqual([]);
});

test('errors of others where nobody near it wrote anything', () => {
  expect(around(line('elsewhere', 1, { service: 'stock', severity: 'error' }), line('chat', 1, { service: 'stock' }))).toEqual([
    'elsewhere',
  ]);
});
