import { randomUUID } from 'node:crypto';
import { type Finding, good, missing } from '../findings.ts';
import { signed } from './genuine.ts';
import { EVENTS_PATH } from './receiver.ts';

/** Slack gives up after three seconds. https://docs.slack.dev/apis/events-api#responding */
const WITHIN_MS = 3_000;

/**
 * Asks the bot's own address, as Slack does when somebody enters it there: whoever answers with the challenge is a Tracefall that holds the
 * same signing secret. Changes nothing. https://docs.slack.dev/reference/events/url_verification
 */
export async function checkAddress(address: string, secret: string): Promise<Finding> {
  if (!URL.canParse(address))
    return missing(`${address} is no URL: expected one like https://bot.example.com`, 'tracefall doctor URL');
  const url = new URL(EVENTS_PATH, address);
  const challenge = randomUUID();
  const began = performance.now();
  try {
    const response = await fetch(url, {
      ...asSlack(challenge, secret),
      signal: AbortSignal.timeout(WITHIN_MS),
      redirect: 'manual',
    });
    const took = `${Math.ceil(performance.now() - began)} ms`;
    if (response.status === 200 && (await response.text()).includes(challenge))
      return good(`${url} answers what this signing secret has signed, in ${took}`);
    return missing(`${url} answered ${response.status}: expected 200 and the challenge`, MENDS[response.status] ?? ELSEWHERE);
  } catch (error) {
    return missing(`${url} is out of reach: ${reasonOf(error)}`, UNREACHED);
  }
}

function asSlack(challenge: string, secret: string) {
  const body = JSON.stringify({ type: 'url_verification', challenge });
  const stamp = `${Math.floor(Date.now() / 1_000)}`;
  const signature = signed(secret, stamp, Buffer.from(body)).toString();
  const headers = { 'content-type': 'application/json', 'x-slack-request-timestamp': stamp, 'x-slack-signature': signature };
  return { method: 'POST', body, headers };
}

const ELSEWHERE =
  'something else answers there: the address must lead to the port of tracefall bot, or to the HTTP API of serverless.yml';
const UNREACHED = 'start the bot; check the name in DNS, the certificate, and the load balancer before it';
const MENDS: Readonly<Record<number, string>> = {
  401: 'it runs with another SLACK_SIGNING_SECRET, or its clock and the one here are minutes apart',
  503: 'its Redis is away: see what it logs',
};

/** `fetch failed` alone says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${WITHIN_MS / 1_000} s, which is as long as Slack waits`;
  return error.cause instanceof Error ? error.cause.message : error.message;
}
