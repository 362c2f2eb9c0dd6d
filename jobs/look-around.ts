import { observe } from '../src/map/observe.ts';
import type { MapScene } from '../src/map/service-map.ts';
import { serviceMapOf } from '../src/map/window.ts';
import type { World } from '../src/ports.ts';
import type { TraceId } from '../src/telemetry/ids.ts';
import type { TelemetryRecord } from '../src/telemetry/record.ts';
import { assemble } from '../src/trace/assemble.ts';
import type { MapQuestion } from '../src/work.ts';
import { look } from './look.ts';

/** What a map shows when it is asked for without a time. */
const WINDOW_MINUTES = 15;
/** Of more traces a fair sample is read: the picture's rates would hardly change, and it should be there within seconds. */
const MOST_TRACES = 200;
/** Read at once; each takes a few round trips. */
const AT_ONCE = 20;
/** Traces of thousands of spans each: then the sample is smaller, and says so. */
const MOST_RECORDS = 50_000;

type Touched = Pick<World, 'clock' | 'records' | 'usual' | 'changes'>;

/** The observed edges of the last minutes, or of one transaction; undefined: nothing is known of what was asked for. */
export async function lookAround(world: Touched, question: MapQuestion): Promise<MapScene | undefined> {
  if (question.traceId !== undefined) return await mapOfOne(world, question.traceId);
  const { seen, sample } = await world.records.recent(WINDOW_MINUTES, MOST_TRACES);
  const { records, read } = await readAll(world, sample);
  const { transactions } = assemble(records);
  return serviceMapOf(transactions, { minutes: WINDOW_MINUTES, read, seen }, question.service);
}

async function mapOfOne(world: Touched, traceId: TraceId): Promise<MapScene | undefined> {
  const scene = await look(world, traceId);
  if (!scene) return undefined;
  return { map: observe([scene.transaction]), window: undefined, about: scene.transaction.name, focus: undefined };
}

/** A trace brings those along that it is linked with: they are read more than once, and count once when they are assembled. */
async function readAll(
  { records }: Pick<World, 'records'>,
  traces: readonly TraceId[],
): Promise<{ readonly records: readonly TelemetryRecord[]; readonly read: number }> {
  const found: TelemetryRecord[] = [];
  let read = 0;
  while (read < traces.length && found.length < MOST_RECORDS) {
    const some = traces.slice(read, read + AT_ONCE);
    for (const back of await Promise.all(some.map((trace) => records.read(trace))))
      for (const one of back.records) found.push(one);
    read += some.length;
  }
  return { records: found, read };
}
