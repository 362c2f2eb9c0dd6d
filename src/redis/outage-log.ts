import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

/** While Redis is away a dozen connections fail several times a second each: an operator needs to hear it this often. */
const SAID_EVERY_MS = 30_000;
/** When Redis goes, connections hear of it one after the other. */
const ALL_KNOW_AFTER_MS = 100;

export type OutageLog = {
  /** For every connection, queue and worker; `queue`: whose. */
  readonly onError: (error: Error, queue?: string) => void;
  /** A connection by which it is known whether Redis is there: it is while all of these are ready. */
  readonly watch: (redis: Redis) => void;
};

/** Of what connections say: when Redis goes away, that it still is, and when it is back. Anything else that goes wrong is said each time. One for a log. */
export function outageLog(log: Logger): OutageLog {
  const outages = known.get(log) ?? started(log);
  known.set(log, outages);
  return outages;
}

const known = new WeakMap<Logger, OutageLog>();

function started(log: Logger): OutageLog {
  const watched = new Set<Redis>();
  const isAway = (): boolean => [...watched].some(({ status }) => status !== 'ready');
  const { away, back } = saying(log);
  let last: Error | undefined;
  return {
    onError: (error, queue) => {
      // Each queue and worker hands on what the connection says that they share.
      if (error === last) return;
      last = error;
      const say = (): void => (isAway() && isOfConnection(error) ? away(error) : log.error({ err: error, queue }, 'Redis'));
      if (isAway() || !isOfConnection(error)) say();
      else setTimeout(say, ALL_KNOW_AFTER_MS).unref();
    },
    watch: (redis) => {
      watched.add(redis);
      redis.once('end', () => watched.delete(redis));
      redis.on('ready', () => {
        if (!isAway()) back();
      });
    },
  };
}

function saying(log: Logger): { readonly away: (error: Error) => void; readonly back: () => void } {
  let since: number | undefined;
  let saidAt = -Infinity;
  const away_s = (): number => Math.round((performance.now() - (since ?? performance.now())) / 1_000);
  return {
    away: (error) => {
      since ??= performance.now();
      if (performance.now() - saidAt < SAID_EVERY_MS) return;
      saidAt = performance.now();
      log.warn({ err: error, away_s: away_s() }, 'Redis does not answer');
    },
    back: () => {
      if (since !== undefined) log.info({ away_s: away_s() }, 'Redis answers again');
      since = undefined;
      saidAt = -Infinity;
    },
  };
}

/** The system's own (`ECONNREFUSED` …), and what ioredis says of a connection that it has given up. */
const isOfConnection = (error: Error): boolean =>
  ('syscall' in error && 'code' in error) || /^(Connection is closed|Socket timeout)/.test(error.message);
