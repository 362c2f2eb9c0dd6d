import { type Asking, isGuest } from './users-info.ts';

/** Whether that person is a guest of the workspace. */
export type AskGuest = (user: string) => Promise<boolean>;

/** For so long it is believed what Slack said of somebody. */
const BELIEVED_MS = 10 * 60_000;
/** More people hardly work on one incident; then everybody is asked about anew. */
const MOST_KNOWN = 10_000;

/**
 * Asks Slack once in a while, and takes whom it does not tell of for a member: nobody can bring that about from outside, and at night an
 * acknowledgement is worth more.
 */
export function guestsOf(client: Asking, nowMs: () => number = Date.now): AskGuest {
  const known = new Map<string, { readonly isGuest: boolean; readonly untilMs: number }>();
  return async (user) => {
    const before = known.get(user);
    if (before && before.untilMs > nowMs()) return before.isGuest;
    const said = await isGuest(client, user);
    if (said === undefined) return false;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(user, { isGuest: said, untilMs: nowMs() + BELIEVED_MS });
    return said;
  };
}
