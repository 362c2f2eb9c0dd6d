import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Place } from '../ports.ts';
import type { Micros } from '../units.ts';
import { thrown } from './outcome.ts';

/** Slack's clock and ours differ; what we look for is known by its own id, so looking further back does no harm. */
const CLOCK_DIFFERENCE_S = 60;
/** https://docs.slack.dev/reference/methods/conversations.history recommends no more than 200 at a time. */
const PAGE = 200;
/** 4,000 messages in a channel since the attempt: a channel that busy is not searched to its end within one job. */
const PAGES = 20;
const MOST_READ = PAGE * PAGES;

const Message = z.object({
  ts: z.string(),
  /** Of whoever wrote it. */
  user: z.string().optional(),
  metadata: z
    .object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) })
    .optional()
    .catch(undefined),
  /** A file that was deleted stays as a tombstone. */
  files: z
    .array(z.object({ id: z.string(), mode: z.string().optional() }))
    .optional()
    .catch(undefined),
  blocks: z.array(z.unknown()).optional().catch(undefined),
});
export type SeenMessage = z.output<typeof Message>;

const Page = z.object({
  messages: z.array(Message).default([]),
  has_more: z.boolean().optional(),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

/** The oldest message of a channel since that moment of which `wanted` is true. Throws when Slack cannot be asked or the end is not reached. */
export function findInChannel(
  client: WebClient,
  place: Place,
  wanted: (message: SeenMessage) => boolean,
): Promise<SeenMessage | undefined> {
  return find(client, 'conversations.history', inChannel(place), wanted);
}

/** All of them, or where there are too many the newest. */
export function readChannel(client: WebClient, place: Place, wanted: (message: SeenMessage) => boolean): Promise<Found> {
  return readAll(client, 'conversations.history', inChannel(place), wanted);
}

const inChannel = ({ channel, since }: Place) => ({
  ...{ channel, oldest: slackTime(since), inclusive: true, include_all_metadata: true },
});

/** The same for a thread; its root is part of it. */
export function findInThread(
  client: WebClient,
  place: Place,
  wanted: (message: SeenMessage) => boolean,
): Promise<SeenMessage | undefined> {
  return find(client, 'conversations.replies', { channel: place.channel, ts: place.ts }, wanted);
}

async function find(client: WebClient, method: string, asked: object, wanted: (message: SeenMessage) => boolean) {
  const { found, isAll } = await readAll(client, method, asked, wanted);
  if (!isAll)
    throw new Error(`${method} has more than ${MOST_READ} messages since the attempt: whether it happened is not known`);
  return found.reduce<SeenMessage | undefined>((oldest, each) => (oldest && oldest.ts <= each.ts ? oldest : each), undefined);
}

/** `isAll`: there are no more than were looked at, the newest first in a channel. */
type Found = { readonly found: readonly SeenMessage[]; readonly isAll: boolean };

async function readAll(
  client: WebClient,
  method: string,
  asked: object,
  wanted: (message: SeenMessage) => boolean,
): Promise<Found> {
  const found: SeenMessage[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await read(client, method, { ...asked, limit: PAGE, ...(cursor ? { cursor } : {}) });
    found.push(...answer.messages.filter(wanted));
    cursor = answer.response_metadata?.next_cursor;
    if (!cursor) return { found, isAll: true };
  }
  return { found, isAll: false };
}

async function read(client: WebClient, method: string, asked: Record<string, unknown>): Promise<z.output<typeof Page>> {
  try {
    return Page.parse(await client.apiCall(method, asked));
  } catch (error) {
    throw thrown(error, method);
  }
}

/** Slack's ts: seconds with six decimals. */
function slackTime(at: Micros): string {
  const seconds = Math.max(0, Math.floor(at / 1_000_000) - CLOCK_DIFFERENCE_S);
  return `${seconds}.000000`;
}
