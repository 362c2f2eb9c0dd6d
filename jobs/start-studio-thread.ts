import { workerData } from 'node:worker_threads';
import { z } from 'zod';
import type { Dossier, Judged, MapPortrait, Portrait, Study, TrendPortrait } from '../src/ports.ts';
import type { TraceId } from '../src/telemetry/ids.ts';
import { fontFault } from '../src/waterfall/render.ts';
import type { MapQuestion } from '../src/work.ts';
import { openReading } from '../src/world.ts';
import { studio } from './studio.ts';

/** One thread of the studio (start-studio.ts), with a connection to Redis of its own: records are read, parsed and drawn here. */
const { redisUrl } = z.object({ redisUrl: z.string() }).parse(workerData);
const own = studio(openReading(redisUrl));

export const judge = (traceId: TraceId): Promise<Judged | undefined> => own.judge(traceId);
export const portray = (traceId: TraceId): Promise<Portrait | undefined> => own.portray(traceId);
export const study = (traceId: TraceId): Promise<Study | undefined> => own.study(traceId);
export const portrayMap = (question: MapQuestion): Promise<MapPortrait | undefined> => own.portrayMap(question);
export const dossier = (traceId: TraceId): Promise<Dossier | undefined> => own.dossier(traceId);
export const portrayTrend = (traceId: TraceId): Promise<TrendPortrait | undefined> => own.portrayTrend(traceId);
/** Also loads whatever the first picture needs. */
export const fault = (): string | undefined => fontFault();
