import { z } from 'zod';
import { openSocket } from './web-socket.ts';

/**
 * What a person does and sees in the local Slack (local-slack 0.1.8), for tests. `url` is `LocalSlack.url`. Users, channels and the
 * app are those of src/local/slack-workspace.ts (`U0MAYA`, `C0INCIDENTS`, …). Every POST answers only when the app has answered the
 * request that it causes, so what the app did *before* its acknowledgement is there when a function here resolves; what it
 * does later is not: await it with `eventually`.
 *
 * What it is not: it checks no blocks and no limits, answers 429 never, drops a message's `metadata`, gives
 * `conversations.history` and `.replies` whole (no `oldest`, `limit`, cursor), and has one stack of modals for everybody.
 */

const file = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string(),
  mimetype: z.string(),
  size: z.number(),
  alt_txt: z.string().optional(),
  url_private: z.string(),
});
/** A file that was deleted leaves `{ id, mode: 'tombstone' }`. */
const tombstone = z.object({ id: z.string(), mode: z.literal('tombstone') });

const message = z.object({
  ts: z.string(),
  channel: z.string(),
  user: z.string(),
  text: z.string(),
  /** Set on replies only, never on the root. */
  thread_ts: z.string().optional(),
  /** `ephemeral` is seen by `ephemeral_to` only; `file_share` has `files`. */
  subtype: z.string().optional(),
  ephemeral_to: z.string().optional(),
  bot_id: z.string().optional(),
  blocks: z.array(z.record(z.string(), z.unknown())).optional(),
  files: z.array(z.union([file, tombstone])).optional(),
  reactions: z.array(z.object({ name: z.string(), users: z.array(z.string()), count: z.number() })).optional(),
  edited: z.object({ user: z.string(), ts: z.string() }).optional(),
});
export type SlackMessage = z.infer<typeof message>;
export type SlackFile = z.infer<typeof file>;

/** All of the channel, replies too, oldest first. `GET /_control/messages/C0INCIDENTS` → `{ messages: [...] }`. */
export async function messages(url: string, channel: string): Promise<readonly SlackMessage[]> {
  return z.object({ messages: z.array(message) }).parse(await asked(`${url}/_control/messages/${channel}`)).messages;
}

/** The messages that start a thread or stand alone. */
export const roots = async (url: string, channel: string): Promise<readonly SlackMessage[]> =>
  (await messages(url, channel)).filter((one) => one.thread_ts === undefined);

/** The thread under that message, without the message. */
export const replies = async (url: string, channel: string, ts: string): Promise<readonly SlackMessage[]> =>
  (await messages(url, channel)).filter((one) => one.thread_ts === ts);

/** The bytes of an uploaded file, as the app's token may fetch them. */
export async function download(of: SlackFile, botToken: string): Promise<Uint8Array> {
  const response = await fetch(of.url_private, { headers: { authorization: `Bearer ${botToken}` } });
  if (!response.ok) throw new Error(`${of.url_private}: HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

export type Typed = { readonly channel: string; readonly user: string };

/**
 * Types a slash command. `POST /_control/command { channel, user, command: "/trace", text }` → `{ ok: true }`.
 * The app gets Slack's form (`command`, `text`, `user_id`, `user_name`, `channel_id`, `response_url`, `trigger_id`, …), signed.
 * Text or blocks in its HTTP answer become a message, and so does a POST to `response_url` (`ephemeral` unless `in_channel`).
 */
export const runCommand = (url: string, typed: Typed & { readonly command: string; readonly text: string }): Promise<void> =>
  posted(`${url}/_control/command`, typed);

/** Writes a message. `POST /_control/message { channel, user, text, thread_ts? }`; the app gets `message`, and `app_mention` on `<@U0TRACEFALL>`. */
export const say = (url: string, typed: Typed & { readonly text: string; readonly thread_ts?: string }): Promise<void> =>
  posted(`${url}/_control/message`, typed);

/** Adds a reaction (or takes it away). `POST /_control/reaction { channel, ts, user, name, present }`; the app gets `reaction_added`. */
export const react = (
  url: string,
  typed: Typed & { readonly ts: string; readonly name: string; readonly present?: boolean },
): Promise<void> => posted(`${url}/_control/reaction`, typed);

/** Opens the app's home tab. `POST /_control/open-home { user }`; the app gets `app_home_opened`. */
export const openHome = (url: string, user: string): Promise<void> => posted(`${url}/_control/open-home`, { user });

/**
 * Presses the button with that `action_id` on a message. Throws if the message has none.
 * `POST /_control/interact { channel, messageTs, user, action: { type, action_id, block_id, value, text } }` → `{ ok: true }`; the app
 * gets a `block_actions` payload whose `message` is the whole message.
 */
export async function pressButton(url: string, on: Typed & { readonly ts: string; readonly actionId: string }): Promise<void> {
  const shown = (await messages(url, on.channel)).find((one) => one.ts === on.ts);
  const action = buttons(shown).find((button) => button.action_id === on.actionId);
  if (action === undefined) {
    const there = buttons(shown).map((button) => button.action_id);
    throw new Error(`no button ${on.actionId} on message ${on.ts}, which has: ${there.join(', ') || 'none'}`);
  }
  await posted(`${url}/_control/interact`, { channel: on.channel, messageTs: on.ts, user: on.user, action });
}

const element = z.object({ type: z.string(), action_id: z.string(), value: z.string().optional(), text: z.unknown().optional() });
type Button = z.infer<typeof element> & { readonly block_id: string | undefined };

/** All that can be pressed on the message: elements of `actions` blocks, and accessories of sections. */
function buttons(of: SlackMessage | undefined): readonly Button[] {
  return (of?.blocks ?? []).flatMap((block) => {
    const inside = [...(Array.isArray(block['elements']) ? block['elements'] : []), block['accessory']];
    const id = typeof block['block_id'] === 'string' ? block['block_id'] : undefined;
    return inside.flatMap((one) => {
      const button = element.safeParse(one);
      return button.success ? [{ ...button.data, block_id: id }] : [];
    });
  });
}

const view = z.object({
  id: z.string(),
  callback_id: z.string().optional(),
  private_metadata: z.string().optional(),
  blocks: z.array(z.unknown()),
});
export type View = z.infer<typeof view>;

const told = z.discriminatedUnion('t', [
  z.object({ t: z.literal('init'), state: z.object({ modalStack: z.array(view) }) }),
  z.object({ t: z.literal('view'), stack: z.array(view) }),
  z.object({ t: z.literal('view_errors'), errors: z.record(z.string(), z.string()) }),
]);

/** `block_id` → `action_id` → `{ type: 'plain_text_input', value: 'text' }`, as in `view.state.values`. Inputs left out are sent empty. */
export type ModalValues = Readonly<Record<string, Readonly<Record<string, { readonly type: string; readonly value?: string }>>>>;

/** The modal on top, if one is open. There is no HTTP call for it: it is in the first frame of the WebSocket `/ui`. */
export async function openModal(url: string): Promise<View | undefined> {
  const page = await openSocket(`${url}/ui`);
  try {
    for await (const frame of page.frames) {
      const said = told.safeParse(frame);
      if (said.success && said.data.t === 'init') return said.data.state.modalStack.at(-1);
    }
    throw new Error('the local Slack closed its page');
  } finally {
    page.close();
  }
}

/**
 * Fills the modal on top and submits it, as the page does: frame `{ t: 'view_submit', user, values }` on the WebSocket `/ui`. The app
 * gets `view_submission`. Returns the app's errors by block id when it refused, else undefined (closed, updated or pushed).
 */
export async function submitModal(
  url: string,
  filled: { readonly user: string; readonly values: ModalValues },
): Promise<Readonly<Record<string, string>> | undefined> {
  const page = await openSocket(`${url}/ui`);
  try {
    for await (const frame of page.frames) {
      const said = told.safeParse(frame);
      if (!said.success) continue;
      if (said.data.t === 'view') return undefined;
      if (said.data.t === 'view_errors') return said.data.errors;
      if (said.data.state.modalStack.length === 0) throw new Error('no modal is open');
      page.send({ t: 'view_submit', ...filled });
    }
    throw new Error('the local Slack closed its page');
  } finally {
    page.close();
  }
}

const entry = z.object({
  direction: z.enum(['to_bot', 'from_bot', 'internal']),
  kind: z.string(),
  summary: z.string(),
  detail: z.unknown().optional(),
});
export type LogEntry = z.infer<typeof entry>;

/**
 * The last 1000 things said between Slack and the app, oldest first: kind `web_api` has the method as summary and its arguments as
 * detail; `internal` tells failures (`chat.postMessage -> channel_not_found`). `GET /_control/log` → `{ log: [...] }`.
 */
export async function log(url: string): Promise<readonly LogEntry[]> {
  return z.object({ log: z.array(entry) }).parse(await asked(`${url}/_control/log`)).log;
}

async function asked(address: string): Promise<unknown> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: HTTP ${response.status} ${await response.text()}`);
  return response.json();
}

async function posted(address: string, body: unknown): Promise<void> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${address}: HTTP ${response.status} ${await response.text()}`);
}
