import { Redis } from 'ioredis';

/** Both kinds of connection give up a silent peer after this long; a BullMQ worker blocks for up to 10 s while jobs are delayed, so it must be longer. */
const SOCKET_TIMEOUT_MS = 12_000;
/** Longest pause between two attempts to connect: the service is back within it once Redis is. */
const LONGEST_RECONNECT_MS = 1_000;

const settings = {
  socketTimeout: SOCKET_TIMEOUT_MS,
  retryStrategy: (attempt: number) => Math.min(LONGEST_RECONNECT_MS, 100 * attempt),
} as const;

/** For whoever must answer a caller: a command fails at once when Redis is away, so that the sender keeps what it sent. */
export function promptConnection(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, { ...settings, maxRetriesPerRequest: 1, commandTimeout: 5_000 });
  return redis.on('error', onError);
}

/** For workers: a command waits until Redis is back. BullMQ demands `maxRetriesPerRequest: null`. */
export function patientConnection(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, { ...settings, maxRetriesPerRequest: null });
  return redis.on('error', onError);
}
