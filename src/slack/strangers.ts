import { z } from 'zod';

/** Who may ask; undefined: everybody of that kind. Strangers of Slack Connect are never among them. */
export type Welcome = {
  readonly workspaces: ReadonlySet<string> | undefined;
  readonly enterprises: ReadonlySet<string> | undefined;
  readonly channels: ReadonlySet<string> | undefined;
  /** Also whom the workspace has as a guest. */
  readonly guests: boolean;
};

const id = z.string().max(64);
const place = z.object({ id: id.optional() }).nullish();

/** A slash command names its places flat, an event within what happened, everything else as objects. */
const Visit = z.object({
  team_id: id.optional(),
  enterprise_id: id.nullish(),
  channel_id: id.optional(),
  user_team_id: id.optional(),
  team: place,
  enterprise: place,
  channel: place,
  user: z.object({ team_id: id.optional() }).nullish(),
  /** A reaction is to an item. https://docs.slack.dev/reference/events/reaction_added */
  event: z.object({ channel: id.optional(), item: z.object({ channel: id.optional() }).nullish() }).nullish(),
});

/**
 * Whether the person behind a request that Slack sent may ask us. Somebody of another organisation, met in a shared channel, may not:
 * https://docs.slack.dev/apis/slack-connect. `channel`: where it happens, when the request itself does not say (a form does not).
 */
export function isWelcome(body: unknown, welcome: Welcome, channel?: string): boolean {
  const read = Visit.safeParse(body);
  if (!read.success) return false;
  const visit = read.data;
  const team = visit.team_id ?? visit.team?.id;
  const home = visit.user?.team_id ?? visit.user_team_id;
  const enterprise = visit.enterprise_id ?? visit.enterprise?.id;
  // In an enterprise grid a person's home may be another workspace of it.
  if (home !== undefined && team !== undefined && home !== team && enterprise === undefined) return false;
  return (
    isAmong(team, welcome.workspaces) &&
    isAmong(enterprise, welcome.enterprises) &&
    isAmong(channelOf(visit) ?? channel, welcome.channels)
  );
}

const channelOf = ({ channel_id, channel, event }: z.output<typeof Visit>): string | undefined =>
  channel_id ?? channel?.id ?? event?.channel ?? event?.item?.channel;

const isAmong = (name: string | undefined, names: ReadonlySet<string> | undefined): boolean =>
  names === undefined || (name !== undefined && names.has(name));

/** The same words for whatever somebody may not: they tell nothing of what there is. */
export const NOT_HERE = 'I cannot help you with that here.';

/** Everybody whom Slack lets use the app, but for strangers and guests. */
export const EVERYBODY: Welcome = { workspaces: undefined, enterprises: undefined, channels: undefined, guests: false };
