import type { Cause } from '../diagnosis/cause.ts';
import type { Spread } from '../diagnosis/usual.ts';
import type { SpanError } from '../telemetry/record.ts';
import { isFailing } from '../trace/failing.ts';
import type { Span, Transaction } from '../trace/transaction.ts';
import { micros, spelled } from '../units.ts';
import { errorTypeOf, isDeepest, type Knot, type Timeline } from './timeline.ts';

/** What is drawn: a transaction with what diagnosis says of it. */
export type Scene = {
  readonly transaction: Transaction;
  readonly outcome: 'ok' | 'failed' | 'slow';
  /** Best first. */
  readonly causes: readonly Cause[];
  /** Of the entry operation. */
  readonly usual: Spread | undefined;
};

/** The failure to name first: the one that the best cause points at, else the deepest with most of the critical path. */
export function failureOf(scene: Scene, timeline: Timeline): { readonly span: Span; readonly error: SpanError } | undefined {
  const failed = timeline.knots.filter((knot) => knot.failed);
  const blamed = scene.causes[0]?.spanIds ?? [];
  const isBlamed = ({ span, twins }: Knot): boolean => [span, ...twins].some(({ spanId }) => blamed.includes(spanId));
  const telling = failed
    .map((knot) => ({ knot, rank: (isBlamed(knot) ? 2 : 0) + (isDeepest(knot) ? 1 : 0) }))
    .sort((a, b) => b.rank - a.rank || b.knot.critical - a.knot.critical || a.knot.at.start - b.knot.at.start);
  const worst = telling[0]?.knot;
  const span = worst && ([worst.span, ...worst.twins].find(isFailing) ?? worst.span);
  return span && { span, error: { type: errorTypeOf(span), message: span.error?.message ?? '' } };
}

export const serviceCount = ({ spans }: Transaction): number => new Set(spans.map(({ service }) => service)).size;

/** `2.1× p95`, of the entry alone, as the usual is; undefined where the usual is unknown or was not exceeded. */
export function timesUsual({ transaction, usual }: Scene): string | undefined {
  const took = transaction.spans[0]?.duration;
  if (took === undefined || usual === undefined || usual.p95 <= 0 || took <= usual.p95) return undefined;
  return `${(took / usual.p95).toFixed(1)}× p95`;
}

/** `1 span`, `10,000 spans`. */
export const counted = (count: number, thing: string): string =>
  `${count.toLocaleString('en-US')} ${thing}${count === 1 ? '' : 's'}`;

const INCOMPLETE: Readonly<Record<Exclude<Transaction['incomplete'][number], 'clock-skew'>, string>> = {
  'missing-root': 'the entry never came',
  'missing-parent': 'a parent span never came',
  'still-running': 'not all spans were seen to end',
  cycle: 'a cycle of parents was cut',
  truncated: 'too many spans: some are left out',
  'producer-not-traced': 'who sent the first message was not traced',
  'consumer-not-traced': 'a message was sent, and who took it was not traced',
  sampled: 'sampling left a part of it out',
  'wrong-times': 'some times cannot be true: the clock of a sender is wrong',
};

/** What a reader must know before trusting the drawing. */
export const warningsOf = ({ incomplete, spans }: Transaction): readonly string[] =>
  incomplete.map((flag) => (flag === 'clock-skew' ? skewSaid(spans) : INCOMPLETE[flag]));

/** Where only an answer came too late nothing is moved: its callers are taken to have waited (trace/stretch.ts). */
function skewSaid(spans: readonly Span[]): string {
  const moved = spans.filter(({ shifted }) => shifted !== 0);
  if (moved.length === 0) return 'clocks disagree: what was waited for ends after those that waited; no span was moved';
  const most = micros(moved.reduce((far, { shifted }) => Math.max(far, Math.abs(shifted)), 0));
  const far = moved.length === 1 ? 'by' : 'by up to';
  return `clocks disagree: ${counted(moved.length, 'span')} moved ${far} ${spelled(most)}`;
}
