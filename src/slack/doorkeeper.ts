import type { Once } from '../ports.ts';
import { requestDigest, type Shown, usableSecrets, verdictOn } from './genuine.ts';

export type Signing = {
  /** The secret, and the one before it while both are good. */
  readonly secrets: readonly (string | undefined)[];
  readonly once: Once;
  readonly clock?: () => number;
};

/** `answered`: nothing more is to be done. */
type Entry =
  | { readonly kind: 'let-in' }
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'refused'; readonly status: number; readonly why: string };

export type Doorkeeper = (shown: Shown) => Promise<Entry>;

/** Lets in what Slack signed, now, and for the first time, wherever it comes in. Throws at once on an empty secret. */
export function doorkeeper({ secrets, once, clock = Date.now }: Signing): Doorkeeper {
  const good = usableSecrets(secrets);
  return async (shown) => {
    if (isTlsCheck(shown)) return { kind: 'answered', status: 200 };
    const verdict = verdictOn(shown, good, clock());
    if (verdict !== 'genuine') return { kind: 'refused', status: 401, why: verdict };
    const first = await once(requestDigest(String(shown.signature)));
    if (first === 'again') return { kind: 'refused', status: 401, why: 'replay' };
    // Whether it was here before cannot be known now: what only asks may come twice, what changes something may not.
    if (first === 'unknown' && !onlyAsks(shown.body)) return { kind: 'refused', status: 503, why: 'unsure' };
    return { kind: 'let-in' };
  };
}

/** Slack tries our certificate without a signature; that does nothing, whatever else is in it. */
const isTlsCheck = ({ stamp, signature, body }: Shown): boolean =>
  stamp === undefined && signature === undefined && new URLSearchParams(body.toString()).get('ssl_check') === '1';

/** `/trace` reads; every other command, press and form may change something. */
const onlyAsks = (body: Buffer): boolean => new URLSearchParams(body.toString()).get('command') === '/trace';
