import type { App, SlashCommand, ViewSubmitAction } from '@slack/bolt';
import { z } from 'zod';
import { admitted, type Guard } from './guard.ts';

/** Answers Slack's request: a command with first words, a form with its faults, the rest with nothing. */
type Ack<Body> = (body?: Body) => Promise<void>;
type Words = { response_type: 'ephemeral'; text: string };
type Faults = { response_action: 'errors'; errors: Record<string, string> };

type OnCommand = (request: { ack: Ack<Words>; command: SlashCommand }) => Promise<void>;
type OnAction = (request: { ack: () => Promise<void>; body: unknown }) => Promise<void>;
type OnView = (request: { ack: Ack<Faults>; view: unknown; body: { user: { id: string } } }) => Promise<void>;
type OnEvent = (request: { event: unknown }) => Promise<void>;

/** Where the desk hangs what people can do. Two stand behind it: Bolt in the bot, the one below in a function. */
export type Interactions = {
  command(name: string, take: OnCommand): void;
  action(pattern: { type: 'block_actions'; action_id: string }, take: OnAction): void;
  view(pattern: { type: 'view_submission'; callback_id: string }, take: OnView): void;
  /** Slack sends an event again whose answer it has not seen: taking it twice must leave the world as once does. */
  event(name: 'reaction_added' | 'message' | 'app_home_opened' | 'link_shared', take: OnEvent): void;
};

export const boltInteractions = (app: App): Interactions => ({
  command: (name, take) => app.command(name, take),
  action: (pattern, take) => app.action(pattern, take),
  view: (pattern, take) => app.view<ViewSubmitAction>(pattern, ({ ack, view, body }) => take({ ack, view, body })),
  event: (name, take) => app.event(name, ({ event }) => take({ event })),
});

const Command = z.looseObject({
  ...{ command: z.string(), text: z.string(), trigger_id: z.string(), response_url: z.string() },
  ...{ channel_id: z.string(), channel_name: z.string(), user_id: z.string(), user_name: z.string() },
  ...{ team_id: z.string(), api_app_id: z.string(), token: z.string().default(''), team_domain: z.string().default('') },
});
const Press = z.looseObject({
  type: z.literal('block_actions'),
  actions: z.tuple([z.looseObject({ action_id: z.string() })]).rest(z.unknown()),
});
const Submission = z.looseObject({
  type: z.literal('view_submission'),
  user: z.looseObject({ id: z.string() }),
  view: z.looseObject({ callback_id: z.string() }),
});
/** https://docs.slack.dev/apis/events-api#callback-field */
const Told = z.looseObject({ type: z.literal('event_callback'), event: z.looseObject({ type: z.string() }) });
const Verification = z.object({ type: z.literal('url_verification'), challenge: z.string() });

type Work = (ack: Ack<Words | Faults>) => Promise<void>;

/** `body` goes back to Slack; undefined: nobody here takes that. */
type Taken = { readonly body: string } | undefined;
export type LightInteractions = Interactions & { readonly take: (body: string) => Promise<Taken> };

/** Hands a verified request to whoever hung itself up for it, without Bolt, whose import alone costs a function a quarter of a second. */
export function lightInteractions(guard: Guard): LightInteractions {
  const commands = new Map<string, OnCommand>();
  const actions = new Map<string, OnAction>();
  const views = new Map<string, OnView>();
  const events = new Map<string, OnEvent>();

  const admittedOnly = (body: unknown, work: Work): Promise<Taken> =>
    acked(async (ack) => {
      if (await admitted(body, ack, guard)) await work(ack);
    });

  const payload = async (value: unknown): Promise<Taken> => {
    const press = Press.safeParse(value).data;
    const onAction = press && actions.get(press.actions[0].action_id);
    if (onAction) return await admittedOnly(press, (ack) => onAction({ ack, body: press }));
    const submission = Submission.safeParse(value).data;
    const onView = submission && views.get(submission.view.callback_id);
    return onView && (await admittedOnly(submission, (ack) => onView({ ack, view: submission.view, body: submission })));
  };

  const json = async (value: unknown): Promise<Taken> => {
    const told = Told.safeParse(value).data;
    if (!told) return verification(value);
    return await admittedOnly(told, async (ack) => {
      await ack();
      await events.get(told.event.type)?.({ event: told.event });
    });
  };

  return {
    command: (name, take) => void commands.set(name, take),
    action: ({ action_id }, take) => void actions.set(action_id, take),
    view: ({ callback_id }, take) => void views.set(callback_id, take),
    event: (name, take) => void events.set(name, take),
    take: async (body) => {
      if (body.startsWith('{')) return await json(jsonIn(body));
      const form = Object.fromEntries(new URLSearchParams(body));
      if (form['payload'] !== undefined) return await payload(jsonIn(form['payload']));
      const command = Command.safeParse(form).data;
      const onCommand = command && commands.get(command.command);
      return onCommand && (await admittedOnly(command, (ack) => onCommand({ ack, command })));
    },
  };
}

/** Slack tries an address once when it is entered. https://docs.slack.dev/reference/events/url_verification */
function verification(value: unknown): Taken {
  const asked = Verification.safeParse(value).data;
  return asked && { body: JSON.stringify({ challenge: asked.challenge }) };
}

/** A function is stopped as soon as it has answered: all of the work comes first, then Slack's answer. Throws where it was never given. */
async function acked(work: Work): Promise<Taken> {
  let body: string | undefined;
  await work(async (answer) => {
    body = answer ? JSON.stringify(answer) : '';
  });
  if (body === undefined) throw new Error('a request of Slack was not answered');
  return { body };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
