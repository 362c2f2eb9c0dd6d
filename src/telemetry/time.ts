import { fromMillis, fromNanos, type Micros, micros } from '../units.ts';
import { finite } from './shape.ts';

/** Longer digit strings are no time: a fixed64 has 20 at most. */
const DIGITS = /^\d{1,20}$/;

/**
 * The time a sender gives in nanoseconds since the epoch, as digits or as a number. undefined: missing, zero (OTLP's word for
 * unknown), or beyond the year 2255, where microseconds would no longer be exact.
 */
export function nanosTime(value: unknown): Micros | undefined {
  if (typeof value === 'string') return DIGITS.test(value) ? exact(fromNanos(BigInt(value))) : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? exact(fromNanos(value)) : undefined;
}

/** The time a sender gives in milliseconds since the epoch. */
export function millisTime(value: unknown): Micros | undefined {
  // Compared before it is multiplied: the product of a hostile number may be infinite.
  return typeof value === 'number' && value > 0 && value <= LATEST / 1_000 ? exact(micros(value * 1_000)) : undefined;
}

/** The time X-Ray gives in seconds since the epoch, the fraction after the point. Its noise is a quarter of a microsecond. */
export function secondsTime(value: unknown): Micros | undefined {
  return typeof value === 'number' && value > 0 && value <= LATEST / 1_000_000 ? exact(micros(value * 1_000_000)) : undefined;
}

/** The time a sender gives in microseconds since the epoch. Zero is a time: anonymised recordings begin there. */
export function microsTime(value: unknown): Micros | undefined {
  const number = finite(value);
  return number !== undefined && number >= 0 && number <= LATEST ? micros(number) : undefined;
}

const exact = (time: Micros): Micros | undefined => (time > 0 && time <= LATEST ? time : undefined);

/** In microseconds: the year 2255. */
const LATEST = Number.MAX_SAFE_INTEGER;

/** ISO 8601 as Lambda writes it, and as Python's and Powertools' loggers do: a blank for the T, a comma before the fraction. */
const ISO = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?\s?(Z|[+-]\d{2}:?\d{2})?$/;

/** Without a zone it is UTC, as everything in Lambda is; the zone of the reading machine must not matter. */
export function isoTime(value: unknown): Micros | undefined {
  const parts = typeof value === 'string' ? ISO.exec(value) : null;
  if (!parts) return undefined;
  const [, day, clock, fraction = '', zone = 'Z'] = parts;
  const colon = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const ms = Date.parse(`${day}T${clock}${colon}`);
  if (Number.isNaN(ms)) return undefined;
  return exact(micros(ms * 1_000 + Number(fraction.padEnd(6, '0').slice(0, 6))));
}

/** Clocks that are kept right differ by less; AWS refuses requests of a clock that is farther off. */
const AHEAD = fromMillis(5 * 60_000);
/** X-Ray keeps traces for 30 days, and what somebody asks for is fetched from there: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html */
const BEHIND = fromMillis(31 * 24 * 3_600_000);

/** Whether what reaches us now can be of that time; else the sender's clock is wrong. */
export const isTimely = (at: Micros, now: Micros): boolean => at <= now + AHEAD && at >= now - BEHIND;

/** The sender's time where it can be true, else ours: nothing that we decide by time may depend on a clock that is years off. */
export const timely = (at: Micros, now: Micros): Micros => (isTimely(at, now) ? at : now);
