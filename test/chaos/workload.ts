import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Chance } from '../../src/local/shop/chance.ts';
import type { Plant } from './plant.ts';

/** One kind of failure, told apart from the others by the words in its names: digits are no part of a signature. */
export type Failure = { readonly service: string; readonly callee: string };

const ALPHABET = ['alfa', 'bravo', 'delta', 'echo', 'golf', 'hotel', 'kilo', 'lima', 'mike', 'oscar', 'papa', 'romeo', 'tango'];

/** What the name of a failing service ends in: each kind in a channel of its own. */
export const KINDS = ['api', 'web'] as const;

/** The nth kind of failure. */
function failure(n: number): Failure {
  const word = (at: number) => ALPHABET[at % ALPHABET.length] ?? '';
  const name = `${word(n)}-${word(Math.floor(n / ALPHABET.length))}-${word(Math.floor(n / ALPHABET.length ** 2))}`;
  return { service: `${name}-${KINDS[n % KINDS.length]}`, callee: `${name}-store` };
}

/** Some transactions fail so often … */
const FAILURE_EACH_MS = 400;
const MOST_TRANSACTIONS = 2;
/** … and every so many times in a new way … */
const NEW_KIND_EACH = 3;
/** … unless so many wait to be told: a channel takes one message a second, and each thread begins with two. */
const MOST_UNTOLD = 12;
/** Those fail that are new: each one's count is told by an edit, and Slack takes one of them a second. */
const FAILING = 12;

/** How many transactions failed in each way. */
export type Sent = Map<Failure, number>;

/** Lets transactions fail until it is over. Resolves when all are confirmed. */
export async function send(plant: Plant, chance: Chance, sent: Sent, isOver: () => boolean): Promise<void> {
  const kinds: Failure[] = [];
  const confirmed: Promise<void>[] = [];
  for (let n = 0; n === 0 || !isOver(); n += 1) {
    if (n % NEW_KIND_EACH === 0 && kinds.length - told(plant) < MOST_UNTOLD) kinds.push(failure(kinds.length));
    const kind = kinds.at(-1 - Math.floor(chance() * Math.min(FAILING, kinds.length))) ?? failure(0);
    const count = 1 + Math.floor(chance() * MOST_TRANSACTIONS);
    for (let each = 0; each < count; each += 1) confirmed.push(fail(plant.botUrl, kind, sent));
    await delay(FAILURE_EACH_MS * 2 * chance());
  }
  await Promise.all(confirmed);
}

const PROBE: Failure = { service: 'probe-web', callee: 'probe-store' };

/** Resolves when it is confirmed. */
export const failOnce = (url: string, sent: Sent): Promise<void> => fail(url, PROBE, sent);

/** Roots, but for what is posted twice or in a thread. */
const told = ({ slackProxy }: Plant): number => slackProxy.given.filter(({ method }) => method === 'chat.postMessage').length;

const RETRY_MS = 200;

/** Sends one failing transaction and does not rest until it has been confirmed, as an exporter with a retry queue does. */
async function fail(url: string, kind: Failure, sent: Sent): Promise<void> {
  const { service, callee } = kind;
  sent.set(kind, (sent.get(kind) ?? 0) + 1);
  const body = JSON.stringify(request(service, callee));
  for (;;) {
    const answer = await fetch(`${url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(10_000),
    }).catch(() => undefined);
    await answer?.arrayBuffer().catch(() => undefined);
    if (answer?.status === 200) return;
    if (answer?.status === 400) throw new Error(`the bot takes no such telemetry: ${body}`);
    await delay(RETRY_MS);
  }
}

/** An entry span of 40 ms whose call fails. */
function request(service: string, callee: string) {
  const traceId = randomBytes(16).toString('hex');
  const [entry, call] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')];
  // One moment for all of it: a clock read for each span would, on a busy machine, let the call outlive its caller, which is another failure.
  const began = Date.now() - 100;
  const nanos = (ms: number): string => `${BigInt(began + ms) * 1_000_000n}`;
  const span = (own: object) => ({ traceId, ...own });
  const error = { status: { code: 2, message: `${callee} is out of stock` } };
  const resource = (name: string) => ({ attributes: [{ key: 'service.name', value: { stringValue: name } }] });
  const spans = [
    span({ spanId: entry, name: `POST /${service}`, kind: 2, startTimeUnixNano: nanos(0), endTimeUnixNano: nanos(40), ...error }),
    span({ spanId: call, parentSpanId: entry, name: 'reserve', kind: 3, ...between(nanos(5), nanos(30)), ...error }),
  ];
  return { resourceSpans: [{ resource: resource(service), scopeSpans: [{ spans }] }] };
}

const between = (startTimeUnixNano: string, endTimeUnixNano: string) => ({ startTimeUnixNano, endTimeUnixNano });
