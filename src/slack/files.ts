import type { WebClient } from '@slack/web-api';
import type { Thread } from '../incident/incident.ts';
import type { Chat, Delivery, Place, Told } from '../ports.ts';
import { attached, besidePicture, titles } from './attached.ts';
import type { SlackClients } from './client.ts';
import { findInChannel, findInThread, type SeenMessage } from './history.ts';
import { FILE_TITLE_CHARACTERS } from './limits.ts';
import { plain } from './mrkdwn.ts';
import { isGone, thrown, undelivered } from './outcome.ts';
import type { Times } from './times.ts';
import { uploadFile } from './upload.ts';

/** Pictures and documents: uploaded first, then shared as one message with its words. Several files are known by their ids with spaces between. */
export function slackFiles(
  clients: SlackClients,
  apiUrl: string | undefined,
  times: Times,
): Pick<Chat, 'upload' | 'share' | 'findFile' | 'removePicture'> {
  return {
    upload: async (picture, told) => {
      const ids: string[] = [];
      // One after the other: the first that fails ends it, and what was uploaded is dropped by Slack.
      for (const file of attached(picture, told)) ids.push(await uploadFile(clients.files, file, apiUrl));
      return ids.join(' ');
    },
    share: (file, told, place) => share(clients, { file, told, place, times }),
    findFile: (file, place) => findFile(clients.posting, file, place),
    removePicture: (file, place) => removePicture(clients, file, place),
  };
}

type Sharing = { readonly file: string; readonly told: Told; readonly place: Place; readonly times: Times };

async function share({ files, posting }: SlackClients, { file, told, place, times }: Sharing): Promise<Delivery> {
  const called = titles(told);
  const asked = {
    files: file.split(' ').map((id, index) => ({ id, title: plain(called[index] ?? id, FILE_TITLE_CHARACTERS) })),
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
  // Files that are shared together appear together.
  const [first] = file.split(' ');
  const holdsFile = ({ files }: SeenMessage) => files?.some(({ id, mode }) => id === first && mode !== 'tombstone') ?? false;
  try {
    return await (place.ts === undefined ? findInChannel(client, place, holdsFile) : findInThread(client, place, holdsFile));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** The message goes first: without its picture it would stay behind and say what is no longer true. */
async function removePicture({ files, posting }: SlackClients, file: string, place: Place): Promise<void> {
  const message = await messageWith(posting, file, place);
  if (message) await deleted(posting, 'chat.delete', { channel: place.channel, ts: message.ts });
  for (const id of file.split(' ')) await deleted(files, 'files.delete', { file: id });
}

async function deleted(client: WebClient, method: string, what: Readonly<Record<string, string>>): Promise<void> {
  try {
    await client.apiCall(method, what);
  } catch (error) {
    const failure = thrown(error, method);
    if (!isGone(failure)) throw failure;
  }
}
