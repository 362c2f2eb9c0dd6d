import { z } from 'zod';

/**
 * Block Kit as far as the bot uses it, each object closed: an unknown block, element or field is a violation.
 * Limits from https://docs.slack.dev/reference/block-kit/blocks and @slack/types 3.2.0 `dist/block-kit/*.d.ts`.
 */
const plain = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(max), emoji: z.boolean().optional() });
/** `verbatim` is asked for by us: without it Slack makes links of whatever looks like one. */
const mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(max), verbatim: z.literal(true) });
const text = (max: number) => z.union([plain(max), mrkdwn(max)]);
const id = z.string().min(1).max(255);
const block = { block_id: id.optional() };

const button = z.strictObject({
  type: z.literal('button'),
  text: plain(75),
  action_id: id,
  value: z.string().max(2_000).optional(),
  url: z.url().max(3_000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: z.string().max(75).optional(),
});
/** https://docs.slack.dev/reference/block-kit/composition-objects/option-object: 75 characters of text, 150 of value. */
const option = z.strictObject({ text: plain(75), value: z.string().min(1).max(150) });
const select = z.strictObject({
  type: z.literal('static_select'),
  action_id: id,
  placeholder: plain(150),
  options: z.array(option).min(1).max(100),
});
/** https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element */
const overflow = z.strictObject({ type: z.literal('overflow'), action_id: id, options: z.array(option).min(1).max(5) });
const person = z.strictObject({
  ...{ type: z.literal('users_select'), action_id: id, placeholder: plain(150).optional() },
  ...{
    initial_user: z
      .string()
      .regex(/^[UW][A-Z0-9]+$/)
      .optional(),
    focus_on_load: z.boolean().optional(),
  },
});
const input = z.strictObject({
  type: z.literal('plain_text_input'),
  action_id: id,
  multiline: z.boolean().optional(),
  focus_on_load: z.boolean().optional(),
  min_length: z.int().min(0).max(3_000).optional(),
  max_length: z.int().min(1).max(3_000).optional(),
  placeholder: plain(150).optional(),
  initial_value: z.string().optional(),
});

const Block = z.discriminatedUnion('type', [
  z.strictObject({ ...block, type: z.literal('header'), text: plain(150) }),
  z.strictObject({
    ...block,
    type: z.literal('section'),
    text: text(3_000),
    fields: z.array(text(2_000)).min(1).max(10).optional(),
    accessory: button.optional(),
    expand: z.boolean().optional(),
  }),
  z.strictObject({ ...block, type: z.literal('context'), elements: z.array(text(3_000)).min(1).max(10) }),
  z.strictObject({
    ...block,
    type: z.literal('actions'),
    elements: z
      .array(z.union([button, select, overflow]))
      .min(1)
      .max(25),
  }),
  z.strictObject({ ...block, type: z.literal('divider') }),
  z.strictObject({
    ...block,
    type: z.literal('image'),
    alt_text: z.string().min(1).max(2_000),
    title: plain(2_000).optional(),
    image_url: z.url().max(3_000).optional(),
    slack_file: z.strictObject({ id }).optional(),
  }),
  z.strictObject({
    ...block,
    type: z.literal('input'),
    label: plain(2_000),
    hint: plain(2_000).optional(),
    element: z.union([input, person]),
  }),
]);

export function blockViolations(blocks: readonly unknown[]): readonly string[] {
  const ids = blocks.flatMap((each) => z.object({ block_id: z.string() }).safeParse(each).data?.block_id ?? []);
  const twice = ids.filter((each, index) => ids.indexOf(each) !== index);
  return [...blocks.flatMap(violationsOf), ...twice.map((each) => `block_id ${each} twice`)];
}

function violationsOf(block: unknown, index: number): readonly string[] {
  const read = Block.safeParse(block);
  if (!read.success) return read.error.issues.map((issue) => `blocks.${index}.${issue.path.join('.')}: ${issue.message}`);
  const actions = read.data.type === 'actions' ? read.data.elements.map(({ action_id }) => action_id) : [];
  const twice = actions
    .filter((each, at) => actions.indexOf(each) !== at)
    .map((each) => `blocks.${index}: action_id ${each} twice`);
  return [...twice, ...texts(read.data).flatMap(mrkdwnViolations)];
}

/** Every mrkdwn text within, however deep. */
function texts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(texts);
  if (typeof value !== 'object' || value === null) return [];
  const found = z.object({ type: z.literal('mrkdwn'), text: z.string() }).safeParse(value);
  return found.success ? [found.data.text] : Object.values(value).flatMap(texts);
}

/** What may stand between `<` and `>`: a person, a time, a thread of this workspace. Nobody is ever called together. */
const ALLOWED = [
  /^@[UW][A-Z0-9]+$/,
  /^!date\^\d+\^[^^|]+\|[^<>]+$/,
  /^https:\/\/slack\.com\/archives\/[A-Z0-9]+\/p\d+\|[^<>|]+$/,
];

/** https://docs.slack.dev/messaging/formatting-message-text */
export function mrkdwnViolations(text: string): readonly string[] {
  const inside = [...text.matchAll(/<([^>]*)>/g)].map(([, content = '']) => content);
  const outside = text.replace(/<[^>]*>/g, '');
  return [
    ...inside
      .filter((content) => !ALLOWED.some((allowed) => allowed.test(content)))
      .map((content) => `control sequence <${content}>`),
    ...strayAngles(outside),
    ...[...outside.matchAll(/&(?!amp;|lt;|gt;)/g)].map(({ index }) => `unescaped & at ${index}`),
  ];
}

/** A `>` that begins a line is a quotation, ours. */
function strayAngles(outside: string): readonly string[] {
  const lines = outside.split('\n').map((line) => line.replace(/^> /, ''));
  return lines.some((line) => /[<>]/.test(line)) ? [`unescaped < or > in ${JSON.stringify(outside.slice(0, 80))}`] : [];
}
