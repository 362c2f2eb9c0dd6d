import { z } from 'zod';
import { isHabit } from './habits.ts';
import { type Asking, isGuest } from './users-info.ts';

/** Whether that person is a guest of the workspace. */
export type AskGuest = (user: string) => Promise<boolean>;

/** For so long it is believed what Slack said of somebody. */
const BELIEVED_MS = 10 * 60_000;
/** More people hardly work on one incident; then everybody is asked about anew. */
const MOST_KNOWN = 10_000;

/**
 * Asks Slack once in a while, and takes whom it does not tell of for a member: at night an acknowledgement is worth more. Slack answers
 * it a hundred times a minute, which is for those only who ask us for something.
 */
export function guestsOf(client: Asking, nowMs: () => number = Date.now): AskGuest {
  const known = new Map<string, { readonly said: Promise<boolean | undefined>; readonly untilMs: number }>();
  return async (user) => {
    const before = known.get(user);
    if (before && before.untilMs > nowMs()) return (await before.said) ?? false;
    if (known.size >= MOST_KNOWN) known.clear();
    const asked = { said: isGuest(client, user), untilMs: nowMs() + BELIEVED_MS };
    known.set(user, asked);
    const said = await asked.said;
    if (said === undefined && known.get(user) === asked) known.delete(user);
    return said ?? false;
  };
}

const Asker = z.object({
  user_id: z.string().optional(),
  user: z.object({ id: z.string().optional() }).nullish(),
  event: z.looseObject({ type: z.string(), user: z.string().optional() }).nullish(),
});

/** Who asks us for something; undefined where nobody does, as in most of what people say to each other. */
export function personOf(body: unknown): string | undefined {
  const { event, user, user_id } = Asker.safeParse(body).data ?? {};
  if (!event) return user_id ?? user?.id;
  const isTalk = event.type === 'message' || event.type === 'reaction_added';
  return isTalk && !isHabit(event) ? undefined : event.user;
}
