import { Redis, type RedisOptions, ReplyError } from 'ioredis';

/** The last resort for a connection that waits for a job, and cannot ask. A BullMQ worker blocks for up to 10 s while jobs are delayed. */
const SOCKET_TIMEOUT_MS = 12_000;
/** Longest pause between two attempts to connect: the service is back within it once Redis is. */
const LONGEST_RECONNECT_MS = 1_000;

const settings = {
  socketTimeout: SOCKET_TIMEOUT_MS,
  retryStrategy: (attempt: number) => Math.min(LONGEST_RECONNECT_MS, 100 * attempt),
} as const;

/** For whoever must answer a caller: a command fails at once when Redis is away, so that the sender keeps what it sent. */
export function promptConnection(url: string, onError: (error: Error) => void): Redis {
  return watched(new Redis(url, { ...settings, maxRetriesPerRequest: 1, commandTimeout: 5_000 }).on('error', onError));
}

/** For workers: a command waits until Redis is back. BullMQ demands `maxRetriesPerRequest: null`. */
export function patientConnection(url: string, onError: (error: Error) => void): Redis {
  return watched(new Redis(url, { ...settings, maxRetriesPerRequest: null }).on('error', onError));
}

/** With the 2 s in which ioredis lets a connection end, a silent peer is left after eight. */
const ASK_EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 5_000;

/**
 * A host that vanishes says nothing, and a connection that nobody uses would not notice: a job that needs three of them one after the
 * other would wait for three timeouts. So each is asked all the time, and one that does not answer is made anew, with its duplicates:
 * those that BullMQ blocks on cannot be asked.
 */
function watched(redis: Redis): Redis {
  const duplicates = duplicatesOf(redis);
  let askedAt: number | undefined;
  const reconnectIfSilent = (): void => {
    if (askedAt === undefined || performance.now() - askedAt < ANSWER_WITHIN_MS) return;
    askedAt = undefined;
    for (const each of [redis, ...duplicates]) if (each.status === 'ready') each.disconnect(true);
  };
  const forget = (): void => {
    askedAt = undefined;
  };
  const ask = (): void => {
    // After what has come in meanwhile is read: a process that was held up itself blames nobody.
    if (askedAt !== undefined) return void setImmediate(reconnectIfSilent);
    if (redis.status !== 'ready') return;
    askedAt = performance.now();
    // A refusal is an answer (a full disk, a long script), a command that was given up is none.
    redis.ping().then(forget, (error) => void (error instanceof ReplyError && forget()));
  };
  const asking = setInterval(ask, ASK_EVERY_MS).unref();
  return redis.on('close', forget).once('end', () => clearInterval(asking));
}

function duplicatesOf(redis: Redis): ReadonlySet<Redis> {
  const duplicates = new Set<Redis>();
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override?: Partial<RedisOptions>) => {
    const made = duplicate(override);
    duplicates.add(made);
    return made.once('end', () => duplicates.delete(made));
  };
  return duplicates;
}
