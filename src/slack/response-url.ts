import { isResponseAddress } from './addresses.ts';
import { CALL_TIMEOUT_MS, retryAfterMs } from './client.ts';
import { RateLimited, SlackRefused } from './errors.ts';
import { connectionFailure } from './outcome.ts';

/**
 * A private answer to a command or a press; five within 30 minutes. `text` is mrkdwn already made safe.
 * Throws SlackRefused where the address is none of Slack's or is used up, RateLimited, or an Error when the outside failed.
 * https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
export async function respondPrivately(responseUrl: string, text: string, apiUrl: string | undefined): Promise<void> {
  if (!isResponseAddress(responseUrl, apiUrl)) throw new SlackRefused('foreign_response_url', 'an answer');
  const body = JSON.stringify({ response_type: 'ephemeral', replace_original: false, text });
  const response = await posted(responseUrl, body);
  await response.body?.cancel();
  if (response.ok) return;
  if (response.status === 429) throw new RateLimited(retryAfterMs(response.headers.get('retry-after')));
  if (response.status < 500) throw new SlackRefused(`http_${response.status}`, 'an answer');
  throw new Error(`Slack answered HTTP ${response.status} to an answer`);
}

async function posted(url: string, body: string): Promise<Response> {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  try {
    return await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  } catch (cause) {
    const failure = connectionFailure(cause);
    if (failure.kind === 'later') throw failure.error;
    throw new Error('The answer may not have reached Slack', { cause });
  }
}
