import type { Logger } from 'pino';
import type { Restored } from '../src/incident/recalled.ts';
import type { World } from '../src/ports.ts';
import { RateLimited } from '../src/slack/errors.ts';
import { within } from '../src/within.ts';
import { recall } from './recall.ts';

/** What fails meanwhile waits as long. */
const LOOK_MS = 2_000;
/** When Redis is emptied under running workers, a root that one of them is just posting must be there before anybody reads: as `once` waits. */
const SETTLED_MS = 15_000;
/** Slack may be away; that people hear nothing is worse than that they hear it in a second thread. */
const PATIENCE_MS = 5 * 60_000;
const TRY_AGAIN_MS = 5_000;
const STOPS_WITHIN_MS = 1_000;

/** Holds Redis for whole as long as it is, and sees to it that open incidents are taken up again where it is not. */
export function keepRecollection(world: World, log: Logger): { readonly close: () => Promise<void> } {
  let wasWhole = false;
  let lostAt: number | undefined;
  let notBefore = 0;
  const failed = (error: unknown): undefined => {
    const restMs = error instanceof RateLimited ? error.retryAfterMs : TRY_AGAIN_MS;
    notBefore = Math.min(performance.now() + restMs, (lostAt ?? 0) + PATIENCE_MS);
    log.warn({ err: error, again_in_ms: restMs }, 'incidents are not read back yet');
  };
  const readBack = async (lostMs: number): Promise<void> => {
    if (lostMs === 0)
      log[wasWhole ? 'warn' : 'info'](
        'Redis is new, has lost what it held, or had no worker for five minutes: incidents are read back from Slack',
      );
    if (wasWhole && lostMs < SETTLED_MS) return;
    const restored = await recall(world, lostMs > PATIENCE_MS).catch(failed);
    if (restored) tell(log, restored);
  };
  const look = async (): Promise<void> => {
    const now = performance.now();
    if (now < notBefore) return;
    const isWhole = await world.recollection.keep();
    lostAt = isWhole ? undefined : (lostAt ?? now);
    wasWhole ||= isWhole;
    if (lostAt !== undefined) await readBack(now - lostAt);
  };
  let looking: Promise<void> | undefined;
  const lookOnce = (): void => {
    looking ??= look()
      // Redis is away, which its connections say.
      .catch(() => undefined)
      .finally(() => {
        looking = undefined;
      });
  };
  lookOnce();
  const timer = setInterval(lookOnce, LOOK_MS);
  return {
    close: async () => {
      clearInterval(timer);
      // What reads a long channel is left alone: whoever comes next begins anew.
      await within(looking ?? Promise.resolve(), STOPS_WITHIN_MS).catch(() => undefined);
    },
  };
}

const tell = (log: Logger, restored: Restored): void =>
  log[restored.unread.length > 0 ? 'error' : 'info'](restored, 'incidents are read back');
