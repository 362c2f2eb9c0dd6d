import type { RequestListener } from 'node:http';
import { HTTPReceiver } from '@slack/bolt';
import { silent } from './client.ts';
import type { Report } from './people.ts';
import { isFresh } from './signature.ts';

export const EVENTS_PATH = '/slack/events';

export type SignedReceiver = { readonly receiver: HTTPReceiver; readonly listener: RequestListener };

/** Everything Slack sends, verified: Bolt checks the signature, we check the time on both sides and count what is turned away. */
export function signedReceiver(signingSecret: string, report: Report, clock: () => number = Date.now): SignedReceiver {
  const receiver = new HTTPReceiver({
    signingSecret,
    endpoints: EVENTS_PATH,
    logger: silent,
    // Not awaited by Bolt within a try: it must not throw.
    processEventErrorHandler: async ({ error, response }) => {
      report.failed(error, 'a request of Slack');
      if (!response.headersSent) response.writeHead(500).end();
      return false;
    },
  });
  const listener: RequestListener = (request, response) => {
    const stamp = request.headers['x-slack-request-timestamp'];
    // Without the header Bolt refuses by itself, all but Slack's unsigned ssl_check, from which it strips everything else.
    if (stamp !== undefined && !isFresh(stamp, clock())) {
      request.resume();
      response.writeHead(401).end();
      report.refused('timestamp');
      return;
    }
    response.once('finish', () => {
      if (response.statusCode === 401) report.refused('signature');
    });
    receiver.requestListener(request, response);
  };
  return { receiver, listener };
}
