import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { isZone } from '../incident/wall-clock.ts';
import { within } from './within.ts';

/** A person waits at the other end. */
const PATIENCE_MS = 1_500;

const Answer = z.object({ user: z.object({ tz: z.string().refine(isZone) }) });

/** Where the person's clock hangs; undefined where Slack does not say (scope `users:read`). https://docs.slack.dev/reference/methods/users.info */
export async function zoneOf(client: Pick<WebClient, 'apiCall'>, user: string): Promise<string | undefined> {
  try {
    return Answer.parse(await within(client.apiCall('users.info', { user }), PATIENCE_MS)).user.tz;
  } catch {
    return undefined;
  }
}
