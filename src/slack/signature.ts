import { createHmac, timingSafeEqual } from 'node:crypto';

/** https://docs.slack.dev/authentication/verifying-requests-from-slack: five minutes; we hold it towards the future too. */
const FRESH_SECONDS = 300;

/** Whole seconds, within five minutes of ours on either side. */
export function isFresh(stamp: unknown, nowMs: number): stamp is string {
  if (typeof stamp !== 'string' || !/^\d{1,12}$/.test(stamp)) return false;
  return Math.abs(Math.floor(nowMs / 1_000) - Number(stamp)) <= FRESH_SECONDS;
}

/** Whether Slack signed the body, bytes as they came; in constant time. */
export function isSigned(signature: unknown, { secret, stamp, body }: { secret: string; stamp: string; body: Buffer }): boolean {
  if (typeof signature !== 'string') return false;
  const expected = Buffer.from(`v0=${createHmac('sha256', secret).update(`v0:${stamp}:`).update(body).digest('hex')}`);
  const shown = Buffer.from(signature);
  return shown.length === expected.length && timingSafeEqual(shown, expected);
}
