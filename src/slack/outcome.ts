import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import type { Delivery } from '../ports.ts';
import { RateLimited, SlackRefused } from './errors.ts';

/** What a failed call to Slack leaves us knowing. */
export type Failure =
  /** It certainly did not happen, and may later. Thrown on, for the queue. */
  | { readonly kind: 'later'; readonly error: Error }
  /** It did not happen and will not. `code`: Slack's word, or `http_413`. */
  | { readonly kind: 'refused'; readonly code: string }
  /** It may have happened. */
  | { readonly kind: 'unsure'; readonly why: string };

/**
 * Slack's words for "try again", and for faults of the installation: once the token is mended, the same call succeeds, so nothing is
 * given up. https://docs.slack.dev/reference/methods/chat.postMessage#errors
 */
const LATER = new Set([
  ...['request_timeout', 'team_added_to_org', 'not_authed', 'invalid_auth', 'account_inactive', 'token_revoked', 'token_expired'],
  ...['access_denied', 'org_login_required', 'ekm_access_denied', 'accesslimited'],
]);
const RATE_LIMITED = new Set(['ratelimited', 'rate_limited']);
/** "It's possible some aspect of the operation succeeded before the error was raised", say the same pages. */
const UNSURE = new Set(['internal_error', 'fatal_error', 'service_unavailable']);
/** The connection was never made, so no request was sent. ECONNRESET is not among them: it also comes after the request. */
const NEVER_SENT = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
  ...['CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
]);
const DEFAULT_WAIT_S = 30;

export function failureOf(error: unknown): Failure {
  if (error instanceof RateLimited) return { kind: 'later', error };
  if (error instanceof WebAPIRateLimitedError) return { kind: 'later', error: new RateLimited(error.retryAfter * 1_000, error) };
  if (error instanceof WebAPIPlatformError) return platformFailure(error);
  if (error instanceof WebAPIHTTPError) return statusFailure(error.statusCode);
  return connectionFailure(error instanceof WebAPIRequestError ? error.original : error);
}

/** For calls that may be repeated: what cannot succeed is SlackRefused, everything else is tried again by the queue. */
export function thrown(error: unknown, doing: string): Error {
  const failure = failureOf(error);
  if (failure.kind === 'later') return failure.error;
  if (failure.kind === 'refused') return new SlackRefused(failure.code, doing, error);
  return new Error(`Slack gave no clear answer to ${doing}: ${failure.why}`, { cause: error });
}

/** For posts: what cannot be known is a Delivery too. */
export function undelivered(error: unknown): Delivery {
  const failure = failureOf(error);
  if (failure.kind === 'later') throw failure.error;
  return failure.kind === 'refused' ? { kind: 'refused', why: failure.code } : failure;
}

/** What a person has deleted is no failure of the outside. */
const GONE = new Set(['message_not_found', 'thread_not_found', 'file_not_found', 'file_deleted']);

export const isGone = (error: unknown): boolean => error instanceof SlackRefused && GONE.has(error.code);

function platformFailure(error: WebAPIPlatformError): Failure {
  const code = error.data.error;
  // The SDK puts an unreadable body where the code should be: then nothing is known.
  if (typeof code !== 'string' || !/^[a-z][a-z0-9_]{1,60}$/.test(code)) return { kind: 'unsure', why: 'unreadable answer' };
  if (RATE_LIMITED.has(code)) {
    const seconds = error.data.response_metadata?.['retryAfter'];
    return { kind: 'later', error: new RateLimited((typeof seconds === 'number' ? seconds : DEFAULT_WAIT_S) * 1_000, error) };
  }
  if (LATER.has(code)) return { kind: 'later', error: new Error(`Slack does not let us in now: ${code}`, { cause: error }) };
  if (UNSURE.has(code)) return { kind: 'unsure', why: code };
  return { kind: 'refused', code };
}

/** A gateway's 5xx may stand before or behind the deed; a 4xx was never let in. */
function statusFailure(status: number): Failure {
  if (status >= 400 && status < 500 && status !== 408) return { kind: 'refused', code: `http_${status}` };
  return { kind: 'unsure', why: `HTTP ${status}` };
}

export function connectionFailure(error: unknown): Failure {
  if (error instanceof RateLimited) return { kind: 'later', error };
  const codes = codesOf(error);
  if (codes.length > 0 && codes.every((code) => NEVER_SENT.has(code))) {
    return { kind: 'later', error: new Error(`Slack cannot be reached: ${codes.join(', ')}`, { cause: error }) };
  }
  return { kind: 'unsure', why: codes[0] ?? (error instanceof Error ? `${error.name}: ${error.message}` : String(error)) };
}

/** fetch wraps the socket's error, and where a name has several addresses, one error for each. */
function codesOf(error: unknown, depth = 0): readonly string[] {
  if (!(error instanceof Error) || depth > 4) return [];
  if (error instanceof AggregateError) return error.errors.flatMap((inner) => codesOf(inner, depth + 1));
  if ('code' in error && typeof error.code === 'string') return [error.code];
  return codesOf(error.cause, depth + 1);
}
