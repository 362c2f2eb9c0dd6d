import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Thread } from '../incident/incident.ts';
import type { Chat, Clock, Delivery, Edited, Place, Reply, Told } from '../ports.ts';
import { NO_TIME, spelled } from '../units.ts';
import { answerMessage, inWordsMessage, notFoundMessage } from './answer-message.ts';
import type { SlackClients } from './client.ts';
import { slackClients } from './client.ts';
import { entryBlockId, entryMessage } from './entry-message.ts';
import { SlackRefused } from './errors.ts';
import type { SeenMessage } from './history.ts';
import { findInChannel, findInThread } from './history.ts';
import { incidentList, similarList } from './incident-lines.ts';
import { FILE_TITLE_CHARACTERS } from './limits.ts';
import { mapMessage, mapTitle } from './map-message.ts';
import { plain } from './mrkdwn.ts';
import { failureOf, thrown } from './outcome.ts';
import { respondPrivately } from './response-url.ts';
import { isButtonsOf } from './root-buttons.ts';
import { METADATA_TYPE, type RootMessage, rootMessage } from './root-message.ts';
import { overMessage, stormKey, stormMessage } from './storm-message.ts';
import { threadComment } from './thread-comment.ts';
import { type Times, timesFor } from './times.ts';
import { trendMessage, trendTitle } from './trend-message.ts';
import { uploadPicture } from './upload.ts';

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
    editRoot: (incident, thread) => editRoot(clients.posting, rootMessage(incident, times), thread),
    postStorm: (storm, channel) => posted(clients.posting, { channel, ...stormMessage(storm, times) }),
    findStorm: (storm, channel, since) => findRoot(clients.posting, stormKey(storm), { channel, ts: undefined, since }),
    editStorm: (storm, thread) => editRoot(clients.posting, stormMessage(storm, times), thread),
    postStormOver: (storm, { channel, ts }) => posted(clients.posting, { channel, thread_ts: ts, ...overMessage(storm) }),
    findStormOver: (storm, thread) => findEntry(clients.posting, stormKey(storm), thread),
    postEntry: async (incident, index, { channel, ts }) => {
      const message = entryMessage(incident, index, times);
      if (!message) return { kind: 'refused', why: `incident ${incident.id} has no change ${index}` };
      return await posted(clients.posting, { channel, thread_ts: ts, ...message });
    },
    findEntry: (incident, index, thread) => findEntry(clients.posting, entryBlockId(incident.id, index), thread),
    upload: (picture, told) => uploadPicture(clients.files, { ...picture, name: fileName(told) }, apiUrl),
    share: (file, told, place) => share(clients, { file, told, place, times }),
    findFile: (file, place) => findFile(clients.posting, file, place),
    removePicture: (file, place) => removePicture(clients, file, place),
    respond: (responseUrl, reply) => respondPrivately(responseUrl, replyWords(reply, times), apiUrl),
  };
}

/** Nothing in our messages may grow a preview, and no word in them may become a mention. */
const QUIET = { unfurl_links: false, unfurl_media: false, parse: 'none' } as const;

const Posted = z.object({ channel: z.string(), ts: z.string() });

type Message = { readonly channel: string; readonly thread_ts?: string; readonly text: string; readonly blocks: unknown };

async function posted(client: WebClient, message: Message): Promise<Delivery> {
  try {
    const answer = Posted.safeParse(await client.apiCall('chat.postMessage', { ...message, ...QUIET }));
    if (!answer.success) return { kind: 'unsure', why: 'Slack said ok without a channel and a ts' };
    return { kind: 'posted', thread: { channel: answer.data.channel, ts: answer.data.ts } };
  } catch (error) {
    return undelivered(error);
  }
}

function undelivered(error: unknown): Delivery {
  const failure = failureOf(error);
  if (failure.kind === 'later') throw failure.error;
  return failure.kind === 'refused' ? { kind: 'refused', why: failure.code } : failure;
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
    await client.apiCall('chat.update', { channel: thread.channel, ts: thread.ts, ...root, parse: 'none' });
    return 'edited';
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === 'unsure') return 'unsure';
    if (failure.kind === 'refused' && GONE.has(failure.code)) return 'gone';
    throw thrown(error, `an edit of ${thread.channel}/${thread.ts}`);
  }
}

/** What a person has deleted is no failure of the outside. */
const GONE = new Set(['message_not_found', 'thread_not_found', 'file_not_found', 'file_deleted']);

const isGone = (error: unknown): boolean => error instanceof SlackRefused && GONE.has(error.code);

type Sharing = { readonly file: string; readonly told: Told; readonly place: Place; readonly times: Times };

async function share({ files, posting }: SlackClients, { file, told, place, times }: Sharing): Promise<Delivery> {
  const asked = {
    files: [{ id: file, title: plain(pictureTitle(told), FILE_TITLE_CHARACTERS) }],
    channel_id: place.channel,
    initial_comment: besidePicture(told, times),
    ...(place.ts === undefined ? {} : { thread_ts: place.ts }),
  };
  try {
    await files.apiCall('files.completeUploadExternal', asked);
  } catch (error) {
    return undelivered(error);
  }
  if (place.ts !== undefined) return { kind: 'posted', thread: { channel: place.channel, ts: place.ts } };
  // A new message of its own: Slack does not say its ts here, and lets it appear a little later.
  const thread = await findFile(posting, file, place).catch(() => undefined);
  return thread ? { kind: 'posted', thread } : { kind: 'unsure', why: 'accepted, not yet seen in the channel' };
}

/** In a thread: the thread. In a channel: the message that the file came in. */
async function findFile(client: WebClient, file: string, place: Place): Promise<Thread | undefined> {
  const message = await messageWith(client, file, place);
  return message && { channel: place.channel, ts: place.ts ?? message.ts };
}

async function messageWith(client: WebClient, file: string, place: Place): Promise<SeenMessage | undefined> {
  const holdsFile = ({ files }: SeenMessage) => files?.some(({ id, mode }) => id === file && mode !== 'tombstone') ?? false;
  try {
    return await (place.ts === undefined ? findInChannel(client, place, holdsFile) : findInThread(client, place, holdsFile));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function fileName(told: Told): string {
  if ('map' in told) return 'service-map.png';
  return 'trend' in told ? 'latency.png' : 'waterfall.png';
}

/** A file's title is no mrkdwn. */
function pictureTitle(told: Told): string {
  if ('map' in told) return mapTitle(told.map);
  if ('trend' in told) return trendTitle(told.trend);
  const { name, outcome, duration } = told.telling;
  return `${name}, ${OUTCOME[outcome]} after ${spelled(duration)}`;
}

const OUTCOME = { ok: 'succeeded', failed: 'failed', slow: 'slow' } as const;

function besidePicture(told: Told, times: Times): string {
  if ('map' in told) return mapMessage(told.map);
  if ('trend' in told) return trendMessage(told.trend);
  return told.askedBy === undefined ? threadComment(told.telling) : answerMessage(told, times);
}

function replyWords(reply: Reply, times: Times): string {
  switch (reply.kind) {
    case 'not-found':
      return notFoundMessage(reply.question, reply.searched);
    case 'in-words':
      return inWordsMessage(reply, times);
    case 'listed':
      return incidentList(reply.title, reply.incidents, times);
    case 'similar':
      return similarList(reply.similar, times);
  }
}

/** The message goes first: without its picture it would stay behind and say what is no longer true. */
async function removePicture({ files, posting }: SlackClients, file: string, place: Place): Promise<void> {
  const message = await messageWith(posting, file, place);
  if (message) await deleted(posting, 'chat.delete', { channel: place.channel, ts: message.ts });
  await deleted(files, 'files.delete', { file });
}

async function deleted(client: WebClient, method: string, what: Readonly<Record<string, string>>): Promise<void> {
  try {
    await client.apiCall(method, what);
  } catch (error) {
    const failure = thrown(error, method);
    if (!isGone(failure)) throw failure;
  }
}
