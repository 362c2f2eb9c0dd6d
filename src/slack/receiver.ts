import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { HTTPReceiver } from '@slack/bolt';
import { silent } from './client.ts';
import { doorkeeper, type Signing } from './doorkeeper.ts';
import type { Shown } from './genuine.ts';
import type { Report } from './people.ts';

export const EVENTS_PATH = '/slack/events';

/** Forms and presses are a few kilobytes; Slack's largest payload, a message with all its blocks, is below a hundred. */
const BODY_BYTES = 1024 * 1024;

export type SignedReceiver = { readonly receiver: HTTPReceiver; readonly listener: RequestListener };

/** Everything Slack sends, verified before Bolt sees it: signed, now, and for the first time. Throws at once on an empty secret. */
export function signedReceiver(signing: Signing, report: Report): SignedReceiver {
  const examine = doorkeeper(signing);
  const receiver = new HTTPReceiver({
    signingSecret: '',
    // Bolt knows one secret only, takes times in the future, and the same request again.
    signatureVerification: false,
    endpoints: EVENTS_PATH,
    logger: silent,
    // Not awaited by Bolt within a try: it must not throw.
    processEventErrorHandler: async ({ error, response }) => {
      report.failed(error, 'a request of Slack');
      if (!response.headersSent) response.writeHead(500).end();
      return false;
    },
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const shown = await shownBy(request);
    if (!shown) return refuse(413, 'size');
    const entry = await examine(shown);
    if (entry.kind === 'refused') return refuse(entry.status, entry.why);
    if (entry.kind === 'answered') return void response.writeHead(entry.status).end();
    receiver.requestListener(Object.assign(request, { rawBody: shown.body }), response);

    function refuse(status: number, why: string): void {
      request.resume();
      response.writeHead(status).end();
      report.refused(why);
    }
  };
  const listener: RequestListener = (request, response) => {
    answer(request, response).catch((error: unknown) => {
      report.failed(error, 'a request of Slack');
      response.destroy();
    });
  };
  return { receiver, listener };
}

/** undefined: more than anything that Slack sends. */
async function shownBy(request: IncomingMessage): Promise<Shown | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  const { 'x-slack-request-timestamp': stamp, 'x-slack-signature': signature } = request.headers;
  return { stamp, signature, body: Buffer.concat(chunks) };
}
