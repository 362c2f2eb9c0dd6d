import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { isZone } from '../incident/wall-clock.ts';
import { within } from '../within.ts';

/** Scope `users:read`. https://docs.slack.dev/reference/methods/users.info */
export type Asking = Pick<WebClient, 'apiCall'>;

/** A person waits at the other end. */
const PATIENCE_MS = 1_500;

const Zoned = z.object({ user: z.object({ tz: z.string().refine(isZone) }) });

/** undefined: Slack does not say it, or not in time. */
async function told<S extends z.ZodType>(client: Asking, user: string, schema: S): Promise<z.output<S> | undefined> {
  try {
    return schema.parse(await within(client.apiCall('users.info', { user }), PATIENCE_MS));
  } catch {
    return undefined;
  }
}

/** Where the person's clock hangs; undefined where Slack does not say. */
export const zoneOf = async (client: Asking, user: string): Promise<string | undefined> =>
  (await told(client, user, Zoned))?.user.tz;

const Known = z.object({
  user: z.object({ is_restricted: z.boolean().default(false), is_ultra_restricted: z.boolean().default(false) }),
});

/** Of several channels or of one; undefined where Slack does not say. https://docs.slack.dev/reference/objects/user-object */
export async function isGuest(client: Asking, user: string): Promise<boolean | undefined> {
  const known = (await told(client, user, Known))?.user;
  return known && (known.is_restricted || known.is_ultra_restricted);
}

/** Half of what Slack allows in a minute (tier 4), for one document. https://docs.slack.dev/reference/methods/users.info */
const NAMED = 50;

const name = z.string().trim().min(1).optional().catch(undefined);
const Named = z.object({
  user: z.object({ profile: z.object({ display_name: name, real_name: name }).default({}), real_name: name, name }),
});

/** How these people are called in Slack; who is left out is not known, or too many. */
export async function namesOf(client: Asking, users: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    [...new Set(users)].slice(0, NAMED).map(async (user) => [user, await nameOf(client, user)] as const),
  );
  return new Map(found.flatMap(([user, called]) => (called === undefined ? [] : [[user, called]])));
}

/** The full name first: a document outlives nicknames. */
async function nameOf(client: Asking, user: string): Promise<string | undefined> {
  const named = (await told(client, user, Named))?.user;
  return named && (named.profile.real_name ?? named.real_name ?? named.profile.display_name ?? named.name);
}
