import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type Endpoint, NOW } from './logs-endpoint.ts';

export const PERIOD_MS = 5 * 60_000;
/** A Lambda function is ended after so long. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LONGEST_SCAN_MS = 15 * 60_000;
/** Ours: an answer's way there and back within a Region. */
const CALL_MS = 50;
/** What the SDK does by itself when throttled: three attempts, the wait before each further one at most 500 ms × 2ⁿ, by chance (@smithy/core, retry). */
const ATTEMPTS = 3;
const BACKOFF_MS = 500;

export type Scanned = { readonly delays: readonly number[]; readonly scanMs: number };
export type Scan = { readonly groups: readonly string[]; readonly untilMs: number; readonly chance: () => number };

/**
 * Every five minutes a function looks through every log group for errors since its last look. A scan that is still running
 * delays the next: two at once would only throttle each other. Real SDK client, real HTTP; only time is made up.
 */
export async function naiveScans(endpoint: Endpoint, { groups, untilMs, chance }: Scan): Promise<Scanned> {
  const delays: number[] = [];
  let scanMs = 0;
  const scan = scanning(looking(endpoint, chance), groups);
  for (let began = PERIOD_MS; began <= untilMs; ) {
    const { ended, found } = await scan(began);
    delays.push(...found);
    scanMs += ended - began;
    began = Math.ceil(Math.max(ended, began + 1) / PERIOD_MS) * PERIOD_MS;
  }
  return { delays, scanMs };
}

/** One look through all groups, one after another: more calls at once than the quota allows would only be throttled more. */
function scanning(look: ReturnType<typeof looking>, groups: readonly string[]) {
  const seen = new Map<string, number>();
  return async (began: number): Promise<{ readonly ended: number; readonly found: readonly number[] }> => {
    let now = began;
    const found: number[] = [];
    for (const group of groups) {
      if (now >= began + LONGEST_SCAN_MS) break;
      const { failures, upToMs, endedMs } = await look(group, seen.get(group) ?? 0, now);
      now = endedMs;
      if (failures) seen.set(group, upToMs);
      found.push(...(failures ?? []).map((at) => endedMs - at));
    }
    return { ended: now, found };
  };
}

type Looked = { readonly failures: readonly number[] | undefined; readonly upToMs: number; readonly endedMs: number };

function looking(endpoint: Endpoint, chance: () => number) {
  const client = new CloudWatchLogsClient({
    ...{ endpoint: endpoint.url, region: 'eu-west-1', maxAttempts: 1 },
    credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
  });
  let nowMs = 0;
  client.middlewareStack.add(
    (next) => (args) => {
      Object.assign(Object(args.request).headers, { [NOW]: `${nowMs}` });
      return next(args);
    },
    { step: 'build' },
  );
  return async (logGroupName: string, startTime: number, began: number): Promise<Looked> => {
    nowMs = began;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const upToMs = nowMs;
      try {
        const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName, startTime, endTime: upToMs }));
        return { failures: events.map(({ timestamp = 0 }) => timestamp), upToMs, endedMs: nowMs + CALL_MS };
      } catch {
        nowMs += CALL_MS + (attempt < ATTEMPTS ? chance() * BACKOFF_MS * 2 ** (attempt - 1) : 0);
      }
    }
    return { failures: undefined, upToMs: startTime, endedMs: nowMs };
  };
}
