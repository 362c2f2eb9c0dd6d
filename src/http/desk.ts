import type { IncomingMessage } from 'node:http';
import { type Entry, keptEntry, refusedBody, type Source, unkeptEntry } from '../ledger.ts';
import type { Kept } from '../ports.ts';
import type { Redactor } from '../redaction/redact.ts';
import type { Parsed, Reject, TelemetryRecord } from '../telemetry/record.ts';
import { BUSY, type Reader, readBody } from './body.ts';
import type { Keys } from './keys.ts';
import { type Pressure, RETRY_AFTER_S } from './pressure.ts';
import type { Refusal } from './refusal.ts';

/** Where telemetry is taken in that somebody sends over HTTP, whatever its format. */
export type Desk = {
  readonly source: Source;
  readonly keys: Keys;
  readonly pressure: Pressure;
  /** What is told of them, to the sender and in the log, is the sender's own text. */
  readonly redact: Redactor['rejects'];
  /** Resolves when the records are safe. */
  readonly take: (records: readonly TelemetryRecord[]) => Promise<Kept>;
  /** Once for every request that was answered: what became of what it brought, and why of what was not read. */
  readonly settle: (source: Source, entry: Entry, rejects: readonly Reject[]) => void;
};

export type Delivery = Reader<Parsed> & {
  /** The secret that the sender shows. */
  readonly shown: string | readonly string[] | undefined;
  readonly wrongKey: string;
  /** Known from the headers: nobody will read this body. */
  readonly unfit?: Refusal | undefined;
};

export type Outcome = { readonly kind: 'taken'; readonly rejects: readonly Reject[] } | Refusal;

/** Asks who sends before a byte is read, for room before it is unpacked, for its size before it is parsed; and answers when it is safe. */
export async function takeIn(desk: Desk, request: IncomingMessage, delivery: Delivery): Promise<Outcome> {
  const admission = desk.keys(delivery.shown);
  if (admission.kind === 'unknown') return refused(desk, { kind: 'bad-token', why: delivery.wrongKey });
  if (admission.kind === 'too-fast')
    return refused(desk, { kind: 'too-fast', why: 'more than this token may send', againInS: admission.againInS });
  if (delivery.unfit) return refused(desk, delivery.unfit);
  const place = desk.pressure.enter(request.headers);
  if (!place) return refused(desk, BUSY);
  try {
    const body = await readBody(request, place, delivery);
    if (body.kind !== 'read') return refused(desk, body);
    const { read } = body;
    admission.spend(read.records.length);
    return await kept(desk, { ...read, rejects: desk.redact(read.rejects) });
  } finally {
    place.leave();
  }
}

async function kept(desk: Desk, parsed: Parsed): Promise<Outcome> {
  const { records, rejects } = parsed;
  const safe = records.length === 0 ? NOTHING_KEPT : await desk.take(records).catch(() => undefined);
  desk.settle(desk.source, safe ? keptEntry(parsed, safe) : unkeptEntry(parsed), rejects);
  if (!safe) return { kind: 'unavailable', why: 'the records could not be stored: send them again', againInS: RETRY_AFTER_S };
  const [first] = rejects;
  if (records.length > 0 || first === undefined) return { kind: 'taken', rejects };
  return { kind: first.kind ?? 'malformed', why: `${first.where}: ${first.reason}` };
}

const NOTHING_KEPT: Kept = { stored: 0, duplicates: 0, truncated: 0, unplaced: 0, shed: 0, suspects: [] };

/** Counted, but no line of the log each: whoever may not send, or sends too much, must not fill it. */
const UNTOLD: ReadonlySet<string> = new Set(['bad-token', 'busy', 'too-fast']);

function refused(desk: Desk, refusal: Refusal): Refusal {
  const told = UNTOLD.has(refusal.kind) ? [] : [{ reason: refusal.why, where: 'body' }];
  desk.settle(desk.source, refusedBody(refusal.kind), told);
  return refusal.kind === 'busy' ? { ...refusal, againInS: RETRY_AFTER_S } : refusal;
}
