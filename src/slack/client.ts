import type { Logger } from '@slack/web-api';
import { LogLevel, WebClient } from '@slack/web-api';
import { RateLimited } from './errors.ts';

/** Slack answers within seconds or not at all; the queue may only look for what an abandoned call left behind after longer than this. */
export const CALL_TIMEOUT_MS = 10_000;
/** When Slack says 429 and not until when. Longer than its usual answers, which are seconds. */
const UNSAID_RETRY_MS = 30_000;
/** A wrong header must not silence us for a day. */
const LONGEST_RETRY_MS = 3_600_000;

export type SlackClients = {
  /** Answers to people: a trigger id lives three seconds, so nothing else may stand in this line. */
  readonly interactive: WebClient;
  readonly posting: WebClient;
  readonly files: WebClient;
};

/** Three clients, because a 429 to one of an SDK client's calls holds up all of them (@slack/web-api 8.2.0, WebClient.makeRequest). */
export function slackClients(token: string, apiUrl: string | undefined): SlackClients {
  const client = (): WebClient => new WebClient(token, clientOptions(apiUrl));
  return { interactive: client(), posting: client(), files: client() };
}

/**
 * No retries: the SDK would repeat a call whose answer was lost, and Slack would do it twice. Repeating is the queue's work, which
 * first looks whether it happened.
 */
export function clientOptions(apiUrl: string | undefined) {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    timeout: CALL_TIMEOUT_MS,
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: silent,
    fetch: fetchOrRateLimited,
  };
}

/** The SDK knows only whole seconds in `Retry-After` and gives a nameless error without it. */
async function fetchOrRateLimited(url: Parameters<typeof fetch>[0], init?: Parameters<typeof fetch>[1]): Promise<Response> {
  const response = await fetch(url, init);
  if (response.status !== 429) return response;
  await response.body?.cancel();
  throw new RateLimited(retryAfterMs(response.headers.get('retry-after')));
}

/** Seconds or an HTTP date, as RFC 9110 section 10.2.3 allows. */
export function retryAfterMs(header: string | null, now = Date.now()): number {
  if (header === null || header.trim() === '') return UNSAID_RETRY_MS;
  const seconds = Number(header);
  const wait = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1_000;
  if (!Number.isFinite(wait)) return UNSAID_RETRY_MS;
  return Math.min(LONGEST_RETRY_MS, Math.max(0, Math.round(wait)));
}

/** The SDK's own lines carry payloads; what matters reaches us as errors. */
export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};
