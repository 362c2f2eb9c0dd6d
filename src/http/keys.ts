import { createHash, timingSafeEqual } from 'node:crypto';

/** What a sender may send at once beyond its rate: a collector that was cut off comes back with what it kept. */
const BURST_SECONDS = 4;

type Admission =
  | { readonly kind: 'admitted'; readonly spend: (records: number) => void }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'too-fast'; readonly againInS: number };

/** Who may come in, asked before a byte of the body is read. */
export type Keys = (shown: string | readonly string[] | undefined) => Admission;

export type KeyOptions = {
  /** Each good by itself: the present one, the one before it, or one for each sender. Empty: anybody may come. */
  readonly secrets: readonly string[];
  /** Records a second of each secret; undefined: as fast as they come. */
  readonly rate?: number | undefined;
  /** Seconds, of a clock that is never set. */
  readonly now?: () => number;
};

/** Digests have one length, and every one is compared: neither length nor content of a secret shows in the time it takes. */
export function doorKeys({ secrets, rate, now = () => performance.now() / 1_000 }: KeyOptions): Keys {
  const digests = secrets.map(digest);
  const allowances = (secrets.length === 0 ? ['anybody'] : secrets).map(() => allowance(rate, now));
  return (shown) => {
    const seen = digest(typeof shown === 'string' ? shown : '');
    const fitting = digests.map((each) => timingSafeEqual(each, seen));
    const at = secrets.length === 0 ? 0 : fitting.indexOf(true);
    return allowances[at]?.() ?? { kind: 'unknown' };
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A debt is what was sent beyond the rate: it is known when the body has been read, and paid before the next one is. */
function allowance(rate: number | undefined, now: () => number): () => Admission {
  if (rate === undefined) return () => ({ kind: 'admitted', spend: () => undefined });
  const most = rate * BURST_SECONDS;
  let left = most;
  let at = now();
  return () => {
    left = Math.min(most, left + (now() - at) * rate);
    at = now();
    if (left < 0) return { kind: 'too-fast', againInS: Math.ceil(-left / rate) };
    return {
      kind: 'admitted',
      spend: (records) => {
        left -= records;
      },
    };
  };
}
