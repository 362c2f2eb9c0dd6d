import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { isUploadAddress } from './addresses.ts';
import type { Attached } from './attached.ts';
import { retryAfterMs } from './client.ts';
import { RateLimited, SlackRefused } from './errors.ts';
import { ALT_CHARACTERS } from './limits.ts';
import { capped } from './mrkdwn.ts';
import { thrown } from './outcome.ts';

/** A picture is some 100 kB, the spans of a large transaction a few MB; a line that cannot carry that in this time is down. */
const UPLOAD_TIMEOUT_MS = 30_000;

const Ticket = z.object({ upload_url: z.string(), file_id: z.string().min(1) });

/**
 * Bytes go to Slack; nothing is visible until the upload is completed, and without that Slack drops them. So a failure here may
 * always be tried again. Throws RateLimited, SlackRefused, or an Error when the outside failed.
 * https://docs.slack.dev/reference/methods/files.getUploadURLExternal
 */
export async function uploadFile(client: WebClient, file: Attached, apiUrl: string | undefined): Promise<string> {
  const ticket = await uploadTicket(client, file);
  if (!isUploadAddress(ticket.upload_url, apiUrl)) throw new SlackRefused('foreign_upload_url', file.name);
  const signal = AbortSignal.timeout(UPLOAD_TIMEOUT_MS);
  const headers = { 'content-type': 'application/octet-stream' };
  const body = new Uint8Array(file.bytes);
  const response = await fetch(ticket.upload_url, { method: 'POST', headers, body, redirect: 'error', signal });
  await response.body?.cancel();
  if (response.status === 429) throw new RateLimited(retryAfterMs(response.headers.get('retry-after')));
  if (response.status !== 200) throw new Error(`Slack answered HTTP ${response.status} to the bytes of ${ticket.file_id}`);
  return ticket.file_id;
}

async function uploadTicket(client: WebClient, { name, bytes, altText }: Attached): Promise<z.output<typeof Ticket>> {
  // `alt_txt` is the name in Slack's reference; the SDK's own helper sends `alt_text`, which Slack's page does not know.
  const alt = altText === undefined ? {} : { alt_txt: capped(altText, ALT_CHARACTERS, (kept) => kept) };
  try {
    return Ticket.parse(await client.apiCall('files.getUploadURLExternal', { filename: name, length: bytes.byteLength, ...alt }));
  } catch (error) {
    throw thrown(error, name);
  }
}
