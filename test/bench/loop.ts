import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openStudio } from '../../jobs/start-studio.ts';
import { studio } from '../../jobs/studio.ts';
import { startRedis } from '../../src/local/redis.ts';
import { logger } from '../../src/log.ts';
import type { Studio } from '../../src/ports.ts';
import { openReading } from '../../src/world.ts';
import { aSpan, aTraceId } from '../trace/records.ts';
import { median, say } from './timing.ts';

/**
 * How long a worker's event loop stands still while a transaction is judged and portrayed: by the studio's threads, and, to compare, by
 * the same code in the worker's own. `npm run bench:loop`
 */
const SIZES = [20, 1_000, 10_000] as const;
const ROUNDS = 8;
const NANOS = 1e6;
/** How often the loop is asked how late it is. */
const RESOLUTION_MS = 1;

const traceOf = (size: number): string => `trace of ${size}`;

function spansOf(size: number) {
  const trace = traceOf(size);
  const attributes = { 'http.request.method': 'GET', 'server.address': 'ledger.internal', 'aws.region': 'eu-west-1' };
  return Array.from({ length: size }, (_, i) =>
    aSpan({
      ...{ trace, id: `${size}/${i}`, operation: `call ${i % 40}`, service: `service-${i % 9}`, from: i, to: i + 40, attributes },
      ...(i > 0 && { parent: `${size}/${Math.floor((i - 1) / 8)}` }),
      ...(i % 97 === 0 && { status: 'error' as const, error: { type: 'Refused', message: 'not today' } }),
    }),
  );
}

async function stillness(own: Studio, size: number): Promise<readonly string[]> {
  const trace = aTraceId(traceOf(size));
  await own.portray(trace, 'light');
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    await own.judge(trace);
    await own.portray(trace, 'light');
    took.push(performance.now() - began);
  }
  delay.disable();
  return [median(took), delay.percentile(99) / NANOS, delay.max / NANOS].map((ms) => ms.toFixed(1));
}

const folder = await mkdtemp(join(tmpdir(), 'tracefall-bench-'));
const redis = await startRedis({ dataDir: join(folder, 'redis'), cacheDir: join(folder, 'cache') });
const memory = openReading(redis.url);
const threads = openStudio({ redisUrl: redis.url, log: logger('warn') });
try {
  for (const size of SIZES) await memory.records.keep(spansOf(size), []);
  say(['spans; judged and portrayed by', 'took ms', 'late p99 ms', 'late most ms']);
  for (const size of SIZES) {
    say([`${size.toLocaleString('en-US')}, threads of its own`, ...(await stillness(threads, size))]);
    say([`${size.toLocaleString('en-US')}, this thread`, ...(await stillness(studio(memory), size))]);
  }
} finally {
  await threads.close();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
