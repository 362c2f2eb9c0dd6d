import { z } from 'zod';
import { within } from '../within.ts';
import type { Unfurl } from '../work.ts';
import type { Desk } from './slack-desk.ts';
import { readTraceCommand } from './trace-command.ts';

/** One message explains so many; what else is in it stays a link. */
const LINKS = 3;

/** https://docs.slack.dev/reference/events/link_shared: one more comes while the person still types (`composer`), which is nobody's business yet. */
const Shared = z.object({
  ...{ channel: z.string(), message_ts: z.string() },
  source: z.literal('conversations_history').optional(),
  /** Where we are no member nobody asked us in: nothing of what we know is shown there. */
  is_bot_user_member: z.literal(true).optional(),
  links: z.array(z.object({ url: z.string().max(3_000) })).min(1),
});

/** Links into the consoles of AWS that name a transaction. The address is text: it is never opened. */
export function takeLinks({ app, on, report }: Desk): void {
  app.event('link_shared', async ({ event }) => {
    const asked = linksIn(event);
    if (asked) await within(on.unfurl(asked)).catch((error) => report.failed(error, 'a link'));
  });
}

export function linksIn(event: unknown): Unfurl | undefined {
  const shared = Shared.safeParse(event).data;
  const links = (shared?.links ?? []).flatMap(({ url }) => {
    const question = readTraceCommand(url);
    return question.kind === 'trace' || question.kind === 'request' ? [{ url, question }] : [];
  });
  if (!shared || links.length === 0) return undefined;
  return { v: 1, channel: shared.channel, ts: shared.message_ts, links: links.slice(0, LINKS) };
}
