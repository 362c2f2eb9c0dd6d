import { z } from 'zod';
import { blockViolations, mrkdwnViolations } from './slack-blocks.ts';

/**
 * What Slack would say no to, by its published limits; the local servers say yes to all of it. Stricter than Slack where we promised
 * more: no broadcasts, no link_names, no previews, alt text on every picture.
 */
export function violations(method: string, args: Readonly<Record<string, unknown>>): readonly string[] {
  const schema = METHODS[method];
  if (!schema) return [`${method}: not a method that the bot is known to use`];
  const read = schema.safeParse(args);
  const shape = read.success ? [] : read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return [...shape, ...contentViolations(args)].map((each) => `${method}: ${each}`);
}

const text = (max: number) => z.string().min(1).max(max);
const ts = z.string().regex(/^\d{10}\.\d{6}$/);
const channel = z.string().regex(/^[CGD][A-Z0-9]{2,}$/, 'expected a conversation id');
const user = z.string().regex(/^[UW][A-Z0-9]{2,}$/, 'expected a user id');
const no = z.union([z.literal(false), z.literal('false')]);
const yesOrNo = z.union([z.boolean(), z.literal('true'), z.literal('false')]);
const blocks = z
  .array(z.looseObject({ type: z.string() }))
  .min(1)
  .max(50);
/** https://docs.slack.dev/messaging/message-metadata: flat values, `event_type` in snake case. */
const metadata = z.strictObject({
  event_type: z.string().regex(/^[a-z0-9_]{1,255}$/),
  event_payload: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
const whole = z.coerce.number().int();
/** https://docs.slack.dev/reference/methods/chat.postMessage: best below 4,000 characters. */
const topLevel = text(4_000);
const quiet = z.literal('none');
const page = {
  limit: whole.min(1).max(999).optional(),
  cursor: z.string().optional(),
  oldest: z
    .string()
    .regex(/^\d+\.\d{6}$/)
    .optional(),
  inclusive: yesOrNo.optional(),
};

const plainText = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: text(max), emoji: z.boolean().optional() });
/** https://docs.slack.dev/reference/views/modal-views */
const modal = z
  .strictObject({
    type: z.literal('modal'),
    title: plainText(24),
    submit: plainText(24).optional(),
    close: plainText(24).optional(),
    callback_id: text(255).optional(),
    private_metadata: z.string().max(3_000).optional(),
    blocks: z
      .array(z.looseObject({ type: z.string() }))
      .min(1)
      .max(100),
  })
  .refine((view) => view.submit !== undefined || !view.blocks.some(({ type }) => type === 'input'), 'an input needs a submit');

const METHODS: Readonly<Record<string, z.ZodType>> = {
  'auth.test': z.strictObject({}),
  'chat.postMessage': z
    .strictObject({
      channel,
      text: topLevel,
      blocks: blocks.optional(),
      metadata: metadata.optional(),
      thread_ts: ts.optional(),
      reply_broadcast: z.union([z.literal(true), z.literal('true')]).optional(),
      unfurl_links: no,
      unfurl_media: no,
      parse: quiet,
    })
    .refine((said) => said.reply_broadcast === undefined || said.thread_ts !== undefined, 'only a reply is broadcast'),
  'chat.update': z.strictObject({ channel, ts, text: topLevel, blocks, metadata: metadata.optional(), parse: quiet }),
  'chat.postEphemeral': z.strictObject({
    channel,
    user,
    text: topLevel,
    blocks: blocks.optional(),
    thread_ts: ts.optional(),
    parse: quiet,
  }),
  'chat.unfurl': z.strictObject({ channel, ts, unfurls: z.record(z.url(), z.strictObject({ blocks })) }),
  'users.info': z.strictObject({ user }),
  'views.open': z.strictObject({ trigger_id: text(255), view: modal }),
  'files.getUploadURLExternal': z
    .strictObject({ filename: text(255), length: whole.min(1), alt_txt: text(1_000).optional() })
    .refine(({ filename, alt_txt }) => !filename.endsWith('.png') || alt_txt !== undefined, 'a picture needs alt text'),
  'files.completeUploadExternal': z.strictObject({
    files: z.array(z.strictObject({ id: z.string().regex(/^F[A-Z0-9]+$/), title: text(255) })).min(1),
    channel_id: channel,
    thread_ts: ts.optional(),
    initial_comment: topLevel,
  }),
  'chat.delete': z.strictObject({ channel, ts }),
  'files.delete': z.strictObject({ file: z.string().regex(/^F[A-Z0-9]+$/) }),
  'conversations.history': z.strictObject({ channel, ...page, include_all_metadata: yesOrNo.optional() }),
  'views.publish': z.strictObject({
    user_id: user,
    view: z.strictObject({
      type: z.literal('home'),
      blocks: z
        .array(z.looseObject({ type: z.string() }))
        .min(1)
        .max(100),
    }),
  }),
  'conversations.replies': z.strictObject({ channel, ts, ...page }),
};

/** A `response_url`'s body. https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
export function responseViolations(body: unknown): readonly string[] {
  const Response = z.strictObject({
    response_type: z.literal('ephemeral'),
    replace_original: z.literal(false),
    text: text(12_000),
  });
  const read = Response.safeParse(body);
  if (!read.success) return read.error.issues.map((issue) => `response_url: ${issue.path.join('.')}: ${issue.message}`);
  return mrkdwnViolations(read.data.text).map((each) => `response_url: ${each}`);
}

/** https://github.com/slackapi/bolt-js/issues/2509: refused at some 13,200; 12,000 is what we promise. */
const MESSAGE_CHARACTERS = 12_000;

function contentViolations(args: Readonly<Record<string, unknown>>): readonly string[] {
  const said = [args['text'], args['initial_comment']].filter((each) => typeof each === 'string');
  const view = z.object({ blocks: z.array(z.unknown()) }).safeParse(args['view']);
  const unfurled = Object.values(Object(args['unfurls'])).flatMap((each) => Object(each).blocks ?? []);
  const blocks = Array.isArray(args['blocks']) ? args['blocks'] : [...(view.data?.blocks ?? []), ...unfurled];
  const sum = JSON.stringify(blocks).length;
  return [
    ...said.flatMap(mrkdwnViolations),
    ...blockViolations(blocks),
    ...(sum < MESSAGE_CHARACTERS ? [] : [`blocks: ${sum} characters together`]),
  ];
}
