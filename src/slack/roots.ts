import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Roots } from '../incident/recalled.ts';
import type { Place } from '../ports.ts';
import { SlackRefused } from './errors.ts';
import { readChannel, type SeenMessage } from './history.ts';
import { recalled } from './memo.ts';
import { thrown } from './outcome.ts';
import { METADATA_TYPE } from './root-message.ts';

const Identity = z.object({ user_id: z.string() });

/** Every app may write such metadata: only what we have written ourselves is believed. */
export async function rootsIn(client: WebClient, place: Place): Promise<Roots> {
  try {
    const us = await ourselves(client);
    const isOurs = ({ metadata, user }: SeenMessage) => metadata?.event_type === METADATA_TYPE && user === us;
    const { found, isAll } = await readChannel(client, place, isOurs);
    const incidents = found.flatMap(({ metadata, ts }) => {
      const thread = { channel: place.channel, ts };
      return recalled(metadata?.event_payload ?? {}, thread) ?? [];
    });
    return { kind: 'read', incidents, isAll };
  } catch (error) {
    if (error instanceof SlackRefused) return { kind: 'refused', why: error.code };
    throw error;
  }
}

async function ourselves(client: WebClient): Promise<string> {
  try {
    return Identity.parse(await client.apiCall('auth.test')).user_id;
  } catch (error) {
    throw thrown(error, 'auth.test');
  }
}
