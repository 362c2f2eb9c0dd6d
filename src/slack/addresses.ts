/** The bot calls no address that data gives it, except the two that Slack hands out, and those only where Slack lives. */

/** Slack itself, or its installation for the government of the United States; anything else is a local workspace. */
export function isSlack(apiUrl: string | undefined): boolean {
  const host = apiUrl === undefined ? 'slack.com' : (parsed(apiUrl)?.hostname ?? '');
  return /^(.+\.)?slack(-gov)?\.com$/.test(host);
}

/** Upload addresses: https under slack.com, or the host of a local workspace. https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
export function isUploadAddress(address: string, apiUrl: string | undefined): boolean {
  const url = parsed(address);
  if (!url) return false;
  const slacks = url.protocol === 'https:' && (url.hostname === 'slack.com' || url.hostname.endsWith('.slack.com'));
  return slacks || isLocal(url, apiUrl);
}

/** `response_url`: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
export function isResponseAddress(address: string, apiUrl: string | undefined): boolean {
  const url = parsed(address);
  if (!url) return false;
  return (url.protocol === 'https:' && url.hostname === 'hooks.slack.com') || isLocal(url, apiUrl);
}

/** The host that the operator named with SLACK_API_URL; its ports may differ, its scheme may not be weaker. */
function isLocal(url: URL, apiUrl: string | undefined): boolean {
  const api = apiUrl === undefined ? undefined : parsed(apiUrl);
  if (!api || url.hostname !== api.hostname) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && api.protocol === 'http:');
}

/** Names and passwords in an address are never Slack's. */
function parsed(address: string): URL | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url && url.username === '' && url.password === '' ? url : undefined;
}
