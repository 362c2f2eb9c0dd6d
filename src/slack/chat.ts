import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Thread } from '../incident/incident.ts';
import type { Bulletin, Chat, Clock, Delivery, Edited, Place, Reply } from '../ports.ts';
import { NO_TIME } from '../units.ts';
import { inWordsMessage, notFoundMessage } from './answer-message.ts';
import { slackClients } from './client.ts';
import { entryBlockId, entryMessage } from './entry-message.ts';
import { slackFiles } from './files.ts';
import type { SeenMessage } from './history.ts';
import { findInChannel, findInThread } from './history.ts';
import { showHome } from './home.ts';
import { foundList, openList, similarList } from './incident-lines.ts';
import { failureOf, isGone, thrown, undelivered } from './outcome.ts';
import { respondPrivately } from './response-url.ts';
import { isButtonsOf } from './root-buttons.ts';
import { METADATA_TYPE, type RootMessage, rootMessage } from './root-message.ts';
import { rootsIn } from './roots.ts';
import { overMessage, stormKey, stormMessage } from './storm-message.ts';
import { type Times, timesFor } from './times.ts';
import { troubleMessage } from './trouble-message.ts';
import { unfurls } from './unfurls.ts';
import { namesOf } from './users-info.ts';

export type SlackChatOptions = {
  readonly token: string;
  /** undefined: Slack's own. */
  readonly apiUrl: string | undefined;
  readonly clock: Clock;
};

/**
 * The Chat port over Slack's Web API. Calls throw RateLimited (it did not happen; try after `retryAfterMs`), SlackRefused (a call
 * without a Delivery that will not succeed) or an Error (the outside failed; posting calls throw it only when nothing was posted).
 */
export function slackChat({ token, apiUrl }: SlackChatOptions): Chat {
  const clients = slackClients(token, apiUrl);
  const times = timesFor(apiUrl);
  return {
    postRoot: (incident, channel) => posted(clients.posting, { channel, ...rootMessage(incident, times) }),
    findRoot: (incident, channel, since) => findRoot(clients.posting, incident.id, { channel, ts: undefined, since }),
    rootsIn: (channel, since) => rootsIn(clients.posting, { channel, ts: undefined, since }),
    editRoot: (incident, thread) => editRoot(clients.posting, rootMessage(incident, times), thread),
    postBulletin: (bulletin, channel) => posted(clients.posting, { channel, ...bulletinMessage(bulletin, times) }),
    findBulletin: (bulletin, channel, since) => {
      const { id } = bulletinMessage(bulletin, times).metadata.event_payload;
      return findRoot(clients.posting, id, { channel, ts: undefined, since });
    },
    editBulletin: (bulletin, thread) => editRoot(clients.posting, bulletinMessage(bulletin, times), thread),
    postStormOver: (storm, { channel, ts }) => posted(clients.posting, { channel, thread_ts: ts, ...overMessage(storm) }),
    findStormOver: (storm, thread) => findEntry(clients.posting, stormKey(storm), thread),
    postEntry: async (incident, index, { channel, ts }, broadcast) => {
      const message = entryMessage(incident, index, times);
      if (!message) return { kind: 'refused', why: `incident ${incident.id} has no change ${index}` };
      return await posted(clients.posting, { channel, thread_ts: ts, ...(broadcast && { reply_broadcast: true }), ...message });
    },
    findEntry: (incident, index, thread) => findEntry(clients.posting, entryBlockId(incident.id, index), thread),
    ...slackFiles(clients, apiUrl, times),
    unfurl: (message, links) => unfurl(clients.posting, message, unfurls(links, times)),
    showHome: (user, incidents, map) => showHome(clients.interactive, { incidents, user, map }, times),
    names: (users) => namesOf(clients.interactive, users),
    respond: (responseUrl, reply) => respondPrivately(responseUrl, replyWords(reply, times), apiUrl),
  };
}

const bulletinMessage = (bulletin: Bulletin, times: Times): RootMessage =>
  'storm' in bulletin ? stormMessage(bulletin.storm, times) : troubleMessage(bulletin.trouble, times);

/** Nothing in our messages may grow a preview, and no word in them may become a mention. */
const QUIET = { unfurl_links: false, unfurl_media: false, parse: 'none' } as const;

const Posted = z.object({ channel: z.string(), ts: z.string() });

type Message = {
  readonly channel: string;
  readonly ts?: string;
  readonly thread_ts?: string;
  readonly reply_broadcast?: true;
  readonly parse?: 'none';
  readonly text: string;
  readonly blocks: unknown;
  readonly metadata?: RootMessage['metadata'];
};

/** How much metadata Slack takes it does not say, only that it was too much: people read the message without the memo too. */
const NOT_TAKEN = new Set(['metadata_too_large', 'invalid_metadata_format', 'invalid_metadata_schema']);

async function call(client: WebClient, method: string, message: Message): Promise<unknown> {
  try {
    return await client.apiCall(method, { ...message });
  } catch (error) {
    const failure = failureOf(error);
    const { metadata } = message;
    if (failure.kind !== 'refused' || !NOT_TAKEN.has(failure.code) || metadata?.event_payload.memo === undefined) throw error;
    const { id } = metadata.event_payload;
    return await client.apiCall(method, { ...message, metadata: { ...metadata, event_payload: { id } } });
  }
}

async function posted(client: WebClient, message: Message): Promise<Delivery> {
  try {
    const answer = Posted.safeParse(await call(client, 'chat.postMessage', { ...message, ...QUIET }));
    if (!answer.success) return { kind: 'unsure', why: 'Slack said ok without a channel and a ts' };
    return { kind: 'posted', thread: { channel: answer.data.channel, ts: answer.data.ts } };
  } catch (error) {
    return undelivered(error);
  }
}

async function findRoot(client: WebClient, id: string, place: Place): Promise<Thread | undefined> {
  const ours = ({ metadata, blocks }: SeenMessage) =>
    (metadata?.event_type === METADATA_TYPE && metadata.event_payload['id'] === id) ||
    // Not every server that speaks Slack's language keeps metadata (local-slack 0.1.8 drops it); the buttons carry the same id.
    (blocks ?? []).some((block) => isButtonsOf(block, id));
  const found = await findInChannel(client, place, ours);
  return found && { channel: place.channel, ts: found.ts };
}

const Block = z.object({ block_id: z.string() });

async function findEntry(client: WebClient, blockId: string, { channel, ts }: Thread): Promise<Thread | undefined> {
  const ours = ({ blocks }: SeenMessage) => (blocks ?? []).some((block) => Block.safeParse(block).data?.block_id === blockId);
  const found = await findInThread(client, { channel, ts, since: NO_TIME }, ours);
  return found && { channel, ts: found.ts };
}

async function editRoot(client: WebClient, root: RootMessage, thread: Thread): Promise<Edited> {
  try {
    await call(client, 'chat.update', { channel: thread.channel, ts: thread.ts, ...root, parse: 'none' });
    return 'edited';
  } catch (error) {
    if (failureOf(error).kind === 'unsure') return 'unsure';
    const failure = thrown(error, `an edit of ${thread.channel}/${thread.ts}`);
    if (isGone(failure)) return 'gone';
    throw failure;
  }
}

async function unfurl(client: WebClient, { channel, ts }: Thread, shown: ReturnType<typeof unfurls>): Promise<void> {
  try {
    await client.apiCall('chat.unfurl', { channel, ts, unfurls: shown });
  } catch (error) {
    throw thrown(error, `links of ${channel}/${ts}`);
  }
}

export function replyWords(reply: Reply, times: Times): string {
  switch (reply.kind) {
    case 'not-found':
      return notFoundMessage(reply.question, reply.searched);
    case 'in-words':
      return inWordsMessage(reply, times);
    case 'open':
      return openList(reply.incidents, times);
    case 'found':
      return foundList(reply, times);
    case 'similar':
      return similarList(reply.similar, times);
  }
}
