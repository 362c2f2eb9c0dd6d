import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Picture } from '../waterfall/picture.ts';
import { isUploadAddress } from './addresses.ts';
import { retryAfterMs } from './client.ts';
import { RateLimited, SlackRefused } from './errors.ts';
import { ALT_CHARACTERS } from './limits.ts';
import { capped } from './mrkdwn.ts';
import { thrown } from './outcome.ts';

/** A picture is some 100 kB; a line that cannot carry it in this time is down. */
const UPLOAD_TIMEOUT_MS = 30_000;

const Ticket = z.object({ upload_url: z.string(), file_id: z.string().min(1) });

/**
 * Bytes go to Slack; nothing is visible until the upload is completed, and without that Slack drops them. So a failure here may
 * always be tried again. Throws RateLimited, SlackRefused, or an Error when the outside failed.
 * https://docs.slack.dev/reference/methods/files.getUploadURLExternal
 */
/** `name`: of the file, when somebody saves it. */
type NamedPicture = Picture & { readonly name: string };

export async function uploadPicture(client: WebClient, picture: NamedPicture, apiUrl: string | undefined): Promise<string> {
  const ticket = await uploadTicket(client, picture);
  if (!isUploadAddress(ticket.upload_url, apiUrl)) throw new SlackRefused('foreign_upload_url', 'a picture');
  const signal = AbortSignal.timeout(UPLOAD_TIMEOUT_MS);
  const headers = { 'content-type': 'application/octet-stream' };
  const body = new Uint8Array(picture.png);
  const response = await fetch(ticket.upload_url, { method: 'POST', headers, body, redirect: 'error', signal });
  await response.body?.cancel();
  if (response.status === 429) throw new RateLimited(retryAfterMs(response.headers.get('retry-after')));
  if (response.status !== 200) throw new Error(`Slack answered HTTP ${response.status} to the bytes of ${ticket.file_id}`);
  return ticket.file_id;
}

async function uploadTicket(client: WebClient, picture: NamedPicture): Promise<z.output<typeof Ticket>> {
  // `alt_txt` is the name in Slack's reference; the SDK's own helper sends `alt_text`, which Slack's page does not know.
  const alt = capped(picture.altText, ALT_CHARACTERS, (kept) => kept);
  const asked = { filename: picture.name, length: picture.png.byteLength, alt_txt: alt };
  try {
    return Ticket.parse(await client.apiCall('files.getUploadURLExternal', asked));
  } catch (error) {
    throw thrown(error, 'a picture');
  }
}
