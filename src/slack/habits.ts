import { z } from 'zod';
import type { Thread } from '../incident/incident.ts';
import type { Deed } from '../incident/life.ts';
import { within } from '../within.ts';
import { changeNote } from './change-notes.ts';
import { INPUT_CHARACTERS } from './limits.ts';
import type { Desk } from './slack-desk.ts';
import { timesFor } from './times.ts';

/** What people do in every thread already. Skin tones are told as `eyes::skin-tone-2`. */
const MEANS: ReadonlyMap<string | undefined, 'acknowledge' | 'resolve' | 'note'> = new Map([
  ['eyes', 'acknowledge'],
  ['white_check_mark', 'resolve'],
  ['heavy_check_mark', 'resolve'],
  ['pushpin', 'note'],
]);

const Reaction = z.object({
  reaction: z.string(),
  user: z.string().min(1),
  item: z.object({ type: z.literal('message').optional(), channel: z.string(), ts: z.string() }),
});
type Reaction = z.output<typeof Reaction>;

/** A person's reply; what bots write and what was edited has a subtype or a `bot_id`. */
const Message = z.object({
  ...{ subtype: z.undefined().optional(), bot_id: z.undefined().optional(), user: z.string().min(1), text: z.string() },
  ...{ channel: z.string(), ts: z.string(), thread_ts: z.string() },
});

/** 👀 and ✅ on a root, 📌 on a reply, and replies that begin with `note:`. */
export function takeHabits(desk: Desk): void {
  const { app, report } = desk;
  const tried = (work: Promise<void>) => within(work).catch((error) => report.failed(error, 'a reaction or a reply'));
  app.event('reaction_added', async ({ event }) => {
    const reaction = Reaction.safeParse(event);
    if (reaction.success) await tried(onReaction(desk, reaction.data));
  });
  app.event('message', async ({ event }) => {
    const note = noteOf(event);
    if (note) await tried(change(desk, note.thread, note.deed));
  });
}

/** Whether we do something at that event: most of what people say and point at is none of our business. */
export function isHabit(event: unknown): boolean {
  const reaction = Reaction.safeParse(event).data;
  return reaction ? MEANS.has(nameOf(reaction)) : noteOf(event) !== undefined;
}

const nameOf = ({ reaction }: Reaction): string | undefined => reaction.split('::')[0];

/** What a `message` event adds to an incident; undefined: it is no note. */
export function noteOf(event: unknown): { readonly thread: Thread; readonly deed: Deed } | undefined {
  const message = Message.safeParse(event);
  const text = message.success ? noteIn(message.data.text) : undefined;
  if (!message.success || text === undefined) return undefined;
  const { channel, thread_ts, user: by, ts } = message.data;
  return { thread: { channel, ts: thread_ts }, deed: { kind: 'note', by, text, message: ts } };
}

async function onReaction(desk: Desk, reaction: Reaction): Promise<void> {
  const {
    user: by,
    item: { channel, ts },
  } = reaction;
  const kind = MEANS.get(nameOf(reaction));
  if (kind === undefined) return;
  if (kind !== 'note') return await change(desk, { channel, ts }, { kind, by });
  const reply = await replyAt(desk, { channel, ts });
  if (reply) await change(desk, reply.thread, { kind: 'note', by: reply.by, text: reply.text, message: ts });
}

/** What is no incident's thread is none of our business. */
async function change({ on, client, apiUrl }: Desk, thread: Thread, deed: Deed): Promise<void> {
  const changed = await on.inThread(thread, deed);
  const text = changed && changeNote(changed, deed.by, timesFor(apiUrl));
  if (text === undefined) return;
  const place = { channel: thread.channel, user: deed.by, thread_ts: thread.ts };
  await client.apiCall('chat.postEphemeral', { ...place, text, parse: 'none' });
}

const Replies = z.object({
  messages: z.array(
    z
      .object({ ts: z.string(), text: z.string(), user: z.string(), thread_ts: z.string().optional() })
      .catch({ ts: '', text: '', user: '' }),
  ),
});

type Reply = { readonly thread: Thread; readonly text: string; readonly by: string };

/** Slack tells where a pin is, not on what. Asked with a reply's ts, `conversations.replies` gives that reply. */
async function replyAt({ client }: Desk, { channel, ts }: Thread): Promise<Reply | undefined> {
  const { messages } = Replies.parse(await client.apiCall('conversations.replies', { channel, ts, limit: 1 }));
  const reply = messages.find((message) => message.ts === ts);
  const text = reply?.text.trim().slice(0, INPUT_CHARACTERS);
  if (!reply?.thread_ts || reply.thread_ts === ts || !text) return undefined;
  return { thread: { channel, ts: reply.thread_ts }, text, by: reply.user };
}

/** `note: rolled back` → `rolled back`. */
function noteIn(text: string): string | undefined {
  const [, note = ''] = /^\s*note:(.*)$/is.exec(text) ?? [];
  return note.trim() === '' ? undefined : note.trim().slice(0, INPUT_CHARACTERS);
}
