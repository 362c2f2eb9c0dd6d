import { fromMillis, fromSeconds, type Micros, micros, toMillis } from '../units.ts';
import type { SnoozeEnd } from './life.ts';
import { wallClock } from './wall-clock.ts';

/** What people choose from. */
export const SNOOZES = ['15m', '1h', '4h', 'tomorrow', 'deployment'] as const;
export type Snooze = (typeof SNOOZES)[number];

const LASTING = { '15m': fromSeconds(15 * 60), '1h': fromSeconds(3_600), '4h': fromSeconds(4 * 3_600) } as const;

/** `zone`: of the person, an IANA name. `version`: what fails now. */
export function snoozeEnd(
  choice: Snooze,
  { now, zone, version }: { readonly now: Micros; readonly zone: string; readonly version: string | undefined },
): SnoozeEnd {
  if (choice === 'deployment') return { kind: 'deployment', version };
  if (choice === 'tomorrow') return { kind: 'time', at: tomorrowAtNine(now, zone) };
  return { kind: 'time', at: micros(now + LASTING[choice]) };
}

const MORNING_HOUR = 9;
const DAY_MS = 86_400_000;

/** 9:00 of the day after today by the clock on that wall; no zone moves its clocks at nine. */
export function tomorrowAtNine(now: Micros, zone: string): Micros {
  const here = wallClock(toMillis(now), zone);
  const wanted = here - (here % DAY_MS) + DAY_MS + MORNING_HOUR * 3_600_000;
  // The wall clock's distance from UTC may be another one tomorrow.
  const guess = wanted - (here - Math.floor(toMillis(now)));
  return fromMillis(wanted - (wallClock(guess, zone) - guess));
}
