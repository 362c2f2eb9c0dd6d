import { isFailing } from '../trace/failing.ts';
import { attemptsAt, fatalEnds } from '../trace/failure.ts';
import { grouped } from '../trace/grouped.ts';
import type { Node, Tree } from '../trace/node.ts';
import type { Transaction } from '../trace/transaction.ts';
import { type Micros, micros, spelled } from '../units.ts';
import { errorClass } from './error-class.ts';
import { type Found, found } from './found.ts';
import { type Origin, originsOf, saysMore } from './origin.ts';
import { failsAnyway, type UsualByOperation, usualOf } from './usual.ts';
import { type Verdict, verdictOn } from './verdict.ts';
import { cut, lasted, named, notSeen, percent, saidError, shareOfPath } from './wording.ts';

/** Start values of the single-trace form, from the acceptance cases; feedback from people is to replace them. */
const CONFIDENCE = { chain: 0.85, hole: 0.82, retried: 0.8, 'above-hole': 0.5 } as const;
/** AWS's own words for the error: of such, nine in ten are right. */
const NAMED_BY_AWS = 0.05;
/** The request's shape tells that no handler ran, and no error is needed for that. */
const REFUSED = 0.74;
/** Something failed there, but nothing says why. */
const WITHOUT_DETAILS = 0.7;

/** The last of them were said when it was about to fail. */
const MOST_LOGGED = 2;

/** More than this of an operation's sightings fail also when all is well. */
const OFTEN = 0.05;
const HARDLY_NEW = 0.5;
/** Installed an hour ago, one has seen neither that it fails always nor that it never does: not "very likely". */
const PERHAPS_NEW = 0.85;
const NOT_NEW = 0.05;

type Told = Pick<Transaction, 'duration' | 'logs'>;

/** Less of the path goes without saying. */
const NOTABLE_SHARE = 0.3;

/** What made the transaction fail, for each place where the failure reached somebody. */
export function errorCauses(tree: Tree, { duration, logs }: Told, usual: UsualByOperation): readonly Found[] {
  return telling(fatalEnds(tree))
    .flatMap((end) => originsOf(end, usual))
    .map((origin) => causeOf(origin, { duration, logs }, usual));
}

/** Each is held against all of its siblings; a batch, or a client that begins no new trace, has thousands that say the same. */
const MOST_ENDS = 100;

const telling = (ends: readonly Node[]): readonly Node[] =>
  ends.length <= MOST_ENDS
    ? ends
    : [...grouped(ends, ({ span }) => JSON.stringify([span.service, span.operation, span.error])).values()]
        .flatMap(([first]) => first ?? [])
        .slice(0, MOST_ENDS);

function causeOf(origin: Origin, { duration: path, logs }: Told, usual: UsualByOperation): Found {
  const verdict = verdictOn(origin.node, usual);
  const attempts = attemptsAt(origin.node).filter((each) => isFailing(each.span));
  return found(verdict.node, {
    kind: verdict.kind,
    nodes: [origin.node, ...attempts],
    edge: verdict.edge,
    confidence: confidenceOf(origin, verdict) * novelty(origin.node, usual),
    summary: `${verdict.summary}${priceOf(attempts, path)}`,
    evidence: [
      ...verdict.evidence,
      ...factsOf(origin, verdict, attempts, path),
      ...wordsFor(origin.node, logs),
      ...usualFailures(origin.node, usual),
    ],
  });
}

/** A failure without words: what was logged in its span, or that nothing tells why. */
function wordsFor(node: Node, logs: Told['logs']): readonly string[] {
  if (saysMore(node) || errorClass(node.span) !== undefined) return [];
  const logged = logs.filter(({ severity, spanId }) => severity === 'error' && spanId === node.span.spanId);
  if (logged.length > 0) return logged.slice(-MOST_LOGGED).map(({ body }) => `it logged: ${cut(body)}`);
  return node.span.error?.message.includes(' ') && !/^HTTP \d+$/.test(node.span.error.message)
    ? []
    : [notSeen('why: no error text, no log of it')];
}

/** What is often there cannot be what is new. */
function novelty({ span }: Node, usual: UsualByOperation): number {
  if (failsAnyway(span, usual)) return NOT_NEW;
  const known = usualOf(span, usual);
  if (known && known.failing === undefined) return PERHAPS_NEW;
  return (known?.failing ?? 0) > OFTEN ? HARDLY_NEW : 1;
}

function usualFailures({ span }: Node, usual: UsualByOperation): readonly string[] {
  const known = usualOf(span, usual);
  if (known && known.failing === undefined) return [`no history yet of ${named(span)}: it may fail like this every time`];
  const failing = known?.failing ?? 0;
  return failing > OFTEN ? [`${percent(failing, 1)} of all sightings of ${named(span)} fail`] : [];
}

function confidenceOf({ node, via }: Origin, { kind }: Verdict): number {
  const nature = errorClass(node.span);
  const base = CONFIDENCE[via] + (nature !== undefined && nature !== 'cancelled' && via !== 'above-hole' ? NAMED_BY_AWS : 0);
  if (kind === 'never-invoked' && nature === undefined && via === 'chain') return REFUSED;
  const hasDetails =
    saysMore(node) || nature !== undefined || node.span.error?.message !== undefined || node.span.kind === 'client';
  return hasDetails ? base : base * WITHOUT_DETAILS;
}

function factsOf(origin: Origin, verdict: Verdict, attempts: readonly Node[], path: Micros): readonly string[] {
  const { node, end, via } = origin;
  const price = attemptsFact(node, attempts, path);
  const facts: string[] = [];
  if (!verdict.summary.includes(saidError(node.span))) facts.push(`${named(node.span)} said: ${saidError(node.span)}`);
  const reason = node.span.attributes['aws.throttle_reason'];
  if (typeof reason === 'string') facts.push(reason);
  if (end !== node && end !== verdict.node) facts.push(`it showed at ${named(end.span)} as ${saidError(end.span)}`);
  if (via === 'hole') facts.push('the spans in between do not say that they failed');
  if (via === 'retried') facts.push('a later call of the same kind went well');
  // Repeated attempts are the story; the length of one is a detail.
  return attempts.length > 1 ? [price, ...facts] : [...facts, price];
}

/** How much of the path the failure cost, where that is worth a word. */
function priceOf(attempts: readonly Node[], path: Micros): string {
  const whole = extent(attempts);
  if (whole < NOTABLE_SHARE * path) return '';
  const tries = attempts.length > 1 ? `${attempts.length} attempts, ` : '';
  return ` (${tries}${percent(whole, path)} of the path)`;
}

const extent = (attempts: readonly Node[]): Micros => {
  const [first] = attempts;
  return micros(Math.max(0, (attempts.at(-1)?.end ?? 0) - (first?.start ?? 0)));
};

/** Retries belong together: the waits between them are part of the price. */
function attemptsFact(node: Node, attempts: readonly Node[], path: Micros): string {
  const all = attemptsAt(node).length;
  const sdk = sdkAttempts(node);
  if (attempts.length < 2) {
    const tries = sdk === undefined || sdk < 2 ? '' : ` in ${sdk} SDK attempts`;
    return `${named(node.span)} took ${shareOfPath(lasted(node), path)}${tries}`;
  }
  const whole = extent(attempts);
  const calls = attempts.reduce((sum, each) => sum + (each.end - each.start), 0);
  const between = spelled(micros(Math.max(0, whole - calls)));
  return `${attempts.length} of ${all} attempts failed: ${shareOfPath(whole, path)}, ${between} of it between attempts`;
}

function sdkAttempts({ span }: Node): number | undefined {
  const told = Number(span.attributes['retry.attempts']);
  const repeated = Number(span.attributes['aws.retries'] ?? span.attributes['http.request.resend_count']);
  if (Number.isInteger(told)) return told;
  return Number.isInteger(repeated) ? repeated + 1 : undefined;
}
