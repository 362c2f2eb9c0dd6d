import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { HTTPReceiver } from '@slack/bolt';
import type { Once } from '../ports.ts';
import { silent } from './client.ts';
import { requestDigest, type Shown, usableSecrets, verdictOn } from './genuine.ts';
import type { Report } from './people.ts';

export const EVENTS_PATH = '/slack/events';

/** Forms and presses are a few kilobytes; Slack's largest payload, a message with all its blocks, is below a hundred. */
const BODY_BYTES = 1024 * 1024;

export type SignedReceiver = { readonly receiver: HTTPReceiver; readonly listener: RequestListener };

export type Signing = {
  /** The secret, and the one before it while both are good. */
  readonly secrets: readonly (string | undefined)[];
  readonly once: Once;
  readonly clock?: () => number;
};

/** Everything Slack sends, verified before Bolt sees it: signed, now, and for the first time. Throws at once on an empty secret. */
export function signedReceiver({ secrets, once, clock = Date.now }: Signing, report: Report): SignedReceiver {
  const good = usableSecrets(secrets);
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
    if (isTlsCheck(shown)) return void response.writeHead(200).end();
    const verdict = verdictOn(shown, good, clock());
    if (verdict !== 'genuine') return refuse(401, verdict);
    const first = await once(requestDigest(String(shown.signature)));
    if (first === 'again') return refuse(401, 'replay');
    // Whether it was here before cannot be known now: what only asks may come twice, what changes something may not.
    if (first === 'unknown' && !onlyAsks(shown.body)) return refuse(503, 'unsure');
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

/** Slack tries our certificate without a signature; that does nothing, whatever else is in it. */
const isTlsCheck = ({ stamp, signature, body }: Shown): boolean =>
  stamp === undefined && signature === undefined && new URLSearchParams(body.toString()).get('ssl_check') === '1';

/** `/trace` reads; every other command, press and form may change something. */
const onlyAsks = (body: Buffer): boolean => new URLSearchParams(body.toString()).get('command') === '/trace';
