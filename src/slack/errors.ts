/** Slack said "not now", and therefore did nothing. */
export class RateLimited extends Error {
  override readonly name = 'RateLimited';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number, cause?: unknown) {
    super(`Slack allows the next call in ${retryAfterMs} ms`, { cause });
    this.retryAfterMs = retryAfterMs;
  }
}

/** Slack said no; trying the same again will not help. `code` is Slack's word: `message_not_found`. */
export class SlackRefused extends Error {
  override readonly name = 'SlackRefused';
  readonly code: string;

  constructor(code: string, doing: string, cause?: unknown) {
    super(`Slack refused ${doing}: ${code}`, { cause });
    this.code = code;
  }
}
