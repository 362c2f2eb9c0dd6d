import { workerData } from 'node:worker_threads';
import { z } from 'zod';
import type { MapScene } from '../src/map/service-map.ts';
import type { Dossier, Judged, MapPortrait, Portrait, Studio, Study, TrendPortrait } from '../src/ports.ts';
import { fontFault } from '../src/waterfall/render.ts';
import type { Telling } from '../src/waterfall/telling.ts';
import { openReading } from '../src/world.ts';
import { studio } from './studio.ts';

/** One thread of the studio (start-studio.ts), with a connection to Redis of its own: records are read, parsed and drawn here. */
const { redisUrl } = z.object({ redisUrl: z.string() }).parse(workerData);
const own = studio(openReading(redisUrl));

/** Piscina hands over one value: what the studio's function is asked with. */
type Asked<Name extends keyof Studio> = Parameters<Studio[Name]>;

export const judge = (asked: Asked<'judge'>): Promise<Judged | undefined> => own.judge(...asked);
export const compare = (asked: Asked<'compare'>): Promise<readonly string[]> => own.compare(...asked);
export const tell = (asked: Asked<'tell'>): Promise<Telling | undefined> => own.tell(...asked);
export const tellMap = (asked: Asked<'tellMap'>): Promise<MapScene | undefined> => own.tellMap(...asked);
export const portray = (asked: Asked<'portray'>): Promise<Portrait | undefined> => own.portray(...asked);
export const study = (asked: Asked<'study'>): Promise<Study | undefined> => own.study(...asked);
export const portrayMap = (asked: Asked<'portrayMap'>): Promise<MapPortrait | undefined> => own.portrayMap(...asked);
export const dossier = (asked: Asked<'dossier'>): Promise<Dossier | undefined> => own.dossier(...asked);
export const portrayTrend = (asked: Asked<'portrayTrend'>): Promise<TrendPortrait | undefined> => own.portrayTrend(...asked);
/** Also loads whatever the first picture needs. */
export const fault = (): string | undefined => fontFault();
