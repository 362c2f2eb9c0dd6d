import { createHash } from 'node:crypto';
import type { Reason, Source } from '../ledger.ts';
import { fromSeconds, type Micros } from '../units.ts';
import type { Thread } from './incident.ts';
import type { Silence } from './silence.ts';

/** What Tracefall itself did not do or keep, or soon will not: people hear of it in one message, which is edited. It is no incident of theirs. */
export type Trouble = {
  /** Of the message: what is new after a while gets another, since an edit wakes nobody. */
  readonly id: string;
  readonly what: GivenUp | ShortOfMemory | Silent;
  /** `continued`: what is news by now gets another message, and this one shall say so first. */
  readonly state: 'lasts' | 'continued' | 'over';
  readonly thread: Thread | undefined;
  /** The face that its message shows. */
  readonly shown: string | undefined;
};

/** Jobs of one queue that nobody tries any more; `why`, `last`: of the newest. */
export type GivenUp = {
  readonly kind: 'given-up';
  readonly queue: string;
  readonly count: number;
  readonly why: string;
  readonly last: Micros;
};

/** `shed`: records of healthy traces that were not kept within a day. `sheds`: what comes now is not kept either. */
export type ShortOfMemory = {
  readonly kind: 'short-of-memory';
  readonly usedPercent: number;
  readonly sheds: boolean;
  readonly shed: number;
};

/** A source from which nothing comes; `refused`: why what came since was. Over without a `to` it has been given up. */
export type Silent = Silence & { readonly kind: 'silent'; readonly source: Source; readonly refused: Reason | undefined };

/** Of the memory of Redis: what is left then is for what fails, and healthy traces are not kept. */
export const SHED_PERCENT = 85;

/** What is news again after this long gets a message of its own. */
const ONE_MESSAGE_FOR = fromSeconds(3_600);

/** Whether a message about the same thing that began then, about something as grave or not, is past being edited. */
export function isNews(what: Trouble['what'], told: { readonly began: Micros; readonly grave: boolean }): boolean {
  if (what.kind === 'given-up') return what.last - told.began > ONE_MESSAGE_FOR;
  // Another silence, before anybody could say that the first is over.
  if (what.kind === 'silent') return what.from > told.began;
  return what.sheds && !told.grave;
}

/** Equal faces are equal messages: only a new one is worth an edit. A digest: it is kept longer than the reason that it tells. */
export const faceOfTrouble = ({ what, state }: Trouble): string =>
  createHash('sha256')
    .update(JSON.stringify([what, state]))
    .digest('base64url');
