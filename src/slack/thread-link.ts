/** Slack resolves this short form for everyone in the workspace; a permalink would cost a call. */
export function threadLink(channel: string, ts: string): string {
  const safe = /^[A-Z0-9]{2,30}$/.test(channel) && /^\d{1,12}\.\d{1,6}$/.test(ts);
  return safe ? `<https://slack.com/archives/${channel}/p${ts.replace('.', '')}|open its thread>` : 'its thread is gone';
}
