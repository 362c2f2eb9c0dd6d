import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { Piscina } from 'piscina';
import type { MapScene } from '../src/map/service-map.ts';
import type { Dossier, Judged, MapPortrait, Portrait, Studio, Study, TrendPortrait } from '../src/ports.ts';
import type { Picture } from '../src/waterfall/picture.ts';
import type { Telling } from '../src/waterfall/telling.ts';

/** A thread is 60 MB; with two, nobody waits for somebody else's ten thousand spans. */
const MOST_THREADS = 2;
/** A thread takes a second to start: ended whenever nobody asks (piscina's default), it would be started again for every burst. */
const IDLE_MS = 10 * 60_000;
/** 100,000 spans took 17 s on a busy machine; what takes longer than this will not end. */
const GIVE_UP_MS = 60_000;
/** A thread beyond this is lost and replaced before the whole process is. 100,000 spans were seen to fit into half of it. */
const HEAP_MB = 1_024;

export type OpenStudio = Studio & { readonly close: () => Promise<void> };

type Settings = {
  readonly redisUrl: string;
  readonly log: Logger;
  /** Others than the real thread are for tests. */
  readonly thread?: URL;
  readonly giveUpMs?: number;
};

/** The studio on threads of its own: this process's event loop only hands over a trace id and takes what came of it. */
export function openStudio({ redisUrl, log, thread = THREAD, giveUpMs = GIVE_UP_MS }: Settings): OpenStudio {
  const pool = new Piscina({
    filename: thread.href,
    workerData: { redisUrl },
    minThreads: 1,
    idleTimeout: IDLE_MS,
    maxThreads: Math.min(MOST_THREADS, availableParallelism()),
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    // Else an idle thread sleeps for good and sees nothing of its connection to Redis.
    atomics: 'disabled',
  });
  // What goes wrong in a thread between two requests fails none of them; an 'error' without a listener ends the process.
  pool.on('error', (error) => log.error({ err: error }, 'studio'));
  const ask = async <T>(name: keyof Studio, ...asked: readonly unknown[]): Promise<T> => {
    try {
      return await pool.run(asked, { name, signal: AbortSignal.timeout(giveUpMs) });
    } catch (error) {
      throw new Error(`the studio did not ${name} ${JSON.stringify(asked[0])}: ${whyOf(error, giveUpMs)}`, { cause: error });
    }
  };
  warnOfFonts(pool, log);
  return {
    judge: (traceId) => ask<Judged | undefined>('judge', traceId),
    compare: (traces, alert) => ask<readonly string[]>('compare', traces, alert),
    study: (traceId) => ask<Study | undefined>('study', traceId),
    tell: (traceId) => ask<Telling | undefined>('tell', traceId),
    tellMap: (question) => ask<MapScene | undefined>('tellMap', question),
    portray: async (traceId, theme) => revived(await ask<Portrait | undefined>('portray', traceId, theme)),
    portrayMap: async (question, theme) => revived(await ask<MapPortrait | undefined>('portrayMap', question, theme)),
    dossier: async (traceId, theme) => revived(await ask<Dossier | undefined>('dossier', traceId, theme)),
    portrayTrend: async (traceId, theme) => revived(await ask<TrendPortrait | undefined>('portrayTrend', traceId, theme)),
    // Whoever asks has its answers by now. `pool.close` would wait 30 s for a thread that died meanwhile.
    close: () => pool.destroy(),
  };
}

/** Of the build: Node 20 reads no TypeScript. */
const THREAD = new URL('./start-studio-thread.js', import.meta.url);

const whyOf = (error: unknown, giveUpMs: number): string => {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'AbortError' ? `given up after ${giveUpMs / 1_000} s` : error.message;
};

/** Between threads a Buffer becomes plain bytes. */
function revived<T extends { readonly picture: Picture }>(portrait: T | undefined): T | undefined {
  if (!portrait) return undefined;
  const { png } = portrait.picture;
  return { ...portrait, picture: { ...portrait.picture, png: Buffer.from(png.buffer, png.byteOffset, png.byteLength) } };
}

/** Without our fonts a picture shows boxes for letters: better said at the start than seen in an incident. */
function warnOfFonts(pool: Piscina, log: Logger): void {
  pool.run(undefined, { name: 'fault' }).then(
    (fault: unknown) => fault !== undefined && log.error({ fault }, 'fonts'),
    (error: unknown) => log.error({ err: error }, 'studio'),
  );
}
