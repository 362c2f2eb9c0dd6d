import { createHmac } from 'node:crypto';
import type { Shown } from '../../src/slack/genuine.ts';
import { randomInts } from '../random-ints.ts';

export const NOW_MS = 1_795_356_128_000;
const STAMP = String(NOW_MS / 1_000);

export const sign = (secret: string, stamp: string, body: Buffer): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${stamp}:`).update(body).digest('hex')}`;

export function signedNow(secret: string, body: Buffer, stamp = STAMP): Shown {
  return { stamp, signature: sign(secret, stamp, body), body };
}

type Random = (below: number) => number;
type Genuine = { readonly stamp: string; readonly signature: string; readonly body: Buffer };

/** One thing wrong with a genuine request: what a stranger without the secret could try. */
const FORGERIES: readonly ((of: Genuine, random: Random) => Shown)[] = [
  (of, random) => ({ ...of, body: flipped(of.body, random) }),
  (of, random) => ({ ...of, signature: flipped(Buffer.from(of.signature), random).toString('latin1') }),
  (of, random) => ({ ...of, stamp: flipped(Buffer.from(of.stamp), random).toString('latin1') }),
  (of, random) => ({ ...of, stamp: String(Number(of.stamp) + (random(2) === 0 ? -1 : 1) * (1 + random(600))) }),
  (of, random) => ({ ...of, signature: of.signature.slice(0, random(of.signature.length)) }),
  (of) => ({ ...of, signature: of.signature.toUpperCase() }),
  (of) => ({ ...of, signature: of.signature.replace('v0', 'v1') }),
  (of) => ({ ...of, signature: `${of.signature}, ${of.signature}` }),
  (of) => ({ ...of, signature: [of.signature, of.signature] }),
  (of) => ({ ...of, signature: ` ${of.signature}` }),
  (of) => ({ ...of, signature: undefined }),
  (of) => ({ ...of, stamp: undefined }),
  (of) => ({ ...of, stamp: [of.stamp] }),
  (of, random) => ({ ...of, body: of.body.subarray(0, random(of.body.length)) }),
  (of) => ({ ...of, body: Buffer.concat([of.body, Buffer.from('&x=1')]) }),
  (of) => ({ ...of, signature: sign('', of.stamp, of.body) }),
  (of) => ({ ...of, signature: sign('another-secret', of.stamp, of.body) }),
  (of, random) => ({ ...of, signature: `v0=${Array.from({ length: 64 }, () => random(16).toString(16)).join('')}` }),
  (of) => ({ ...of, stamp: ` ${of.stamp}` }),
  (of) => ({ ...of, stamp: `${of.stamp}.0` }),
  (of) => ({ ...of, stamp: `0${of.stamp}` }),
  (of) => ({ ...of, stamp: `${of.stamp}e0` }),
  // The bytes of stamp and body run together as before, at another place.
  (of) => ({ ...of, stamp: `${of.stamp}:${of.body.toString('latin1').slice(0, 1)}`, body: of.body.subarray(1) }),
];

function flipped(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const at = random(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
  return copy;
}

export function* forgeries(
  secret: string,
  bodies: readonly Buffer[],
  { seed, count }: { seed: number; count: number },
): Generator<Shown> {
  const random = randomInts(seed);
  for (let n = 0; n < count; n += 1) {
    const body = bodies[n % bodies.length] ?? Buffer.alloc(0);
    const of: Genuine = { stamp: STAMP, signature: sign(secret, STAMP, body), body };
    const forged = FORGERIES[random(FORGERIES.length)]?.(of, random);
    if (forged) yield forged;
  }
}
