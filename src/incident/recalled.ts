import type { Micros } from '../units.ts';
import type { Incident } from './incident.ts';

/** What the roots that stand in a channel tell of their incidents. */
export type Roots =
  /** `isAll`: not only of the newest messages of a busy channel. */
  | { readonly kind: 'read'; readonly incidents: readonly Incident[]; readonly isAll: boolean }
  /** Slack does not let us read there; trying the same again will not help. */
  | { readonly kind: 'refused'; readonly why: string };

/** What was taken up again after Redis had lost it. */
export type Restored = {
  readonly at: Micros;
  readonly adopted: number;
  /** Where open incidents may get a second thread, and why. */
  readonly unread: readonly { readonly channel: string; readonly why: string }[];
};

/** `12`, or `at least 12` after Redis was lost: nobody knows what was counted and not told yet. */
export const countSaid = ({ count, recalled }: Pick<Incident, 'count' | 'recalled'>): string =>
  `${recalled === undefined ? '' : 'at least '}${count.toLocaleString('en')}`;
