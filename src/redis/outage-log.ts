import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

/** While Redis is away a dozen connections fail several times a second each: an operator needs to hear it this often. */
const SAID_EVERY_MS = 30_000;

export type OutageLog = {
  /** For every connection, queue and worker. */
  readonly onError: (error: Error) => void;
  /** The connection by which it is known that Redis is back. */
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
  let awaySince: number | undefined;
  let saidAt = -Infinity;
  let last: Error | undefined;
  const away_s = (): number => Math.round((performance.now() - (awaySince ?? performance.now())) / 1_000);
  const onReady = (): void => {
    if (awaySince !== undefined) log.info({ away_s: away_s() }, 'Redis answers again');
    awaySince = undefined;
    saidAt = -Infinity;
  };
  return {
    onError: (error) => {
      // Each queue and worker hands on what the connection says that they share.
      if (error === last) return;
      last = error;
      if (!isOfConnection(error)) return void log.warn({ err: error }, 'Redis');
      awaySince ??= performance.now();
      if (performance.now() - saidAt < SAID_EVERY_MS) return;
      saidAt = performance.now();
      log.warn({ err: error, away_s: away_s() }, 'Redis does not answer');
    },
    watch: (redis) => void redis.on('ready', onReady),
  };
}

/** The system's own (`ECONNREFUSED` …), and what ioredis says of a connection that it has given up. */
const isOfConnection = (error: Error): boolean =>
  ('syscall' in error && 'code' in error) || /^(Connection is closed|Socket timeout)/.test(error.message);
