import type { Micros } from '../units.ts';
import { toMillis } from '../units.ts';
import { isSlack } from './addresses.ts';

/** How an instant is written for people. */
export type Times = {
  readonly full: (at: Micros) => string;
  /** Where the day is clear. */
  readonly clock: (at: Micros) => string;
};

/** In each reader's own zone and habit, UTC where a client cannot. https://docs.slack.dev/messaging/formatting-message-text#date-formatting */
export const READERS_TIMES: Times = {
  full: (at) => `<!date^${seconds(at)}^{date_short_pretty} {time}|${UTC_TIMES.full(at)}>`,
  clock: (at) => `<!date^${seconds(at)}^{time}|${UTC_TIMES.clock(at)}>`,
};

/** `2026-11-22 14:02 UTC`, `14:02 UTC`. */
export const UTC_TIMES: Times = {
  full: (at) => `${iso(at).slice(0, 10)} ${UTC_TIMES.clock(at)}`,
  clock: (at) => `${iso(at).slice(11, 16)} UTC`,
};

/** The page of a local workspace shows Slack's date markup as it stands (local-slack 0.1.8), so it gets words. */
export const timesFor = (apiUrl: string | undefined): Times => (isSlack(apiUrl) ? READERS_TIMES : UTC_TIMES);

const seconds = (at: Micros): number => Math.floor(toMillis(at) / 1_000);

const iso = (at: Micros): string => new Date(toMillis(at)).toISOString();
