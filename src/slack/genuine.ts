import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** https://docs.slack.dev/authentication/verifying-requests-from-slack: five minutes, which we hold it to towards the future too. */
const FRESH_SECONDS = 300;
const STAMP = /^\d{1,12}$/;
const SIGNATURE = /^v0=[0-9a-f]{64}$/;

/** What a request shows of where it came from; a header that came twice is a list, or one text with a comma in it. */
export type Shown = {
  readonly stamp: string | readonly string[] | undefined;
  readonly signature: string | readonly string[] | undefined;
  /** As it came, byte for byte. */
  readonly body: Buffer;
};

export type Verdict = 'genuine' | 'timestamp' | 'signature';

/** Throws on a secret with which everybody could sign. */
export function usableSecrets(secrets: readonly (string | undefined)[]): readonly string[] {
  const [first, ...others] = secrets;
  if (first === undefined || first.trim() === '') throw new Error('The signing secret is empty: anybody could sign with it');
  return [first, ...others.filter((secret): secret is string => secret !== undefined && secret.trim() !== '')];
}

/**
 * Whether Slack sent this, now. Two secrets may be good while one replaces the other; each is compared in constant time, and all of
 * them are, whichever fits.
 */
export function verdictOn({ stamp, signature, body }: Shown, secrets: readonly string[], nowMs: number): Verdict {
  if (typeof stamp !== 'string' || !STAMP.test(stamp)) return 'timestamp';
  if (Math.abs(Math.floor(nowMs / 1_000) - Number(stamp)) > FRESH_SECONDS) return 'timestamp';
  if (typeof signature !== 'string' || !SIGNATURE.test(signature)) return 'signature';
  const shown = Buffer.from(signature);
  const fits = secrets.map((secret) => timingSafeEqual(shown, signed(secret, stamp, body)));
  return fits.includes(true) ? 'genuine' : 'signature';
}

export const signed = (secret: string, stamp: string, body: Buffer): Buffer =>
  Buffer.from(`v0=${createHmac('sha256', secret).update(`v0:${stamp}:`).update(body).digest('hex')}`);

/** Under which a request is remembered: twice the time in which it would be taken again, on either side. */
export const REMEMBERED_SECONDS = 2 * FRESH_SECONDS;

export const requestDigest = (signature: string): string => createHash('sha256').update(signature).digest('base64url');
