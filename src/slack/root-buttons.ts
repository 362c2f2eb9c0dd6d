import type { ActionsBlock, Button, Overflow, PlainTextOption, StaticSelect } from '@slack/types';
import { z } from 'zod';
import type { Incident } from '../incident/incident.ts';
import { may } from '../incident/life.ts';
import { SNOOZES } from '../incident/snooze.ts';
import { ABOUT } from '../work.ts';

/** What a press on a button of the root message is called. */
export const ACTIONS = {
  acknowledge: 'acknowledge',
  annotate: 'annotate',
  resolve: 'resolve',
  reopen: 'reopen',
  snooze: 'snooze',
  more: 'more',
} as const;

/** https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element: five at most. */
export const MORE = ['assign', ...ABOUT] as const;
type More = (typeof MORE)[number];

/** A snooze without an end: the sixth that the menu above has no room for. */
export const SLEEPS = [...SNOOZES, 'mute'] as const;
type Sleep = (typeof SLEEPS)[number];

const SNOOZE_LABEL: Readonly<Record<Sleep, string>> = {
  '15m': 'for 15 minutes',
  '1h': 'for 1 hour',
  '4h': 'for 4 hours',
  tomorrow: 'until tomorrow, 9:00',
  deployment: 'until the next deployment',
  mute: 'for good: mute this failure',
};

const MORE_LABEL: Readonly<Record<More, string>> = {
  assign: 'Assign …',
  trace: 'Trace: waterfall and notes',
  map: 'Map of this transaction',
  similar: 'Similar incidents',
  export: 'Export for the post-mortem',
};

/** Only what can still be done: nobody acknowledges twice, and a resolved incident can be reopened and written about. */
export function rootButtons({ id, life, newest }: Pick<Incident, 'id' | 'life' | 'newest'>): ActionsBlock {
  // Where telemetry names no version, a deployment would never be seen, and the snooze never end.
  const sleeps = SLEEPS.filter((each) => each !== 'deployment' || newest.version !== undefined);
  const choices = MORE.filter((each) => each !== 'assign' || may(life, 'assign'));
  return {
    type: 'actions',
    elements: [
      ...(may(life, 'acknowledge') ? [button('Acknowledge', ACTIONS.acknowledge, id, 'primary')] : []),
      button('Annotate', ACTIONS.annotate, id),
      ...(may(life, 'snooze') ? [snooze(id, sleeps)] : []),
      ...(may(life, 'resolve') ? [button('Resolve', ACTIONS.resolve, id)] : []),
      ...(may(life, 'reopen') ? [button('Reopen', ACTIONS.reopen, id)] : []),
      more(id, choices),
    ],
  };
}

const snooze = (id: string, sleeps: readonly Sleep[]): StaticSelect => ({
  ...{ type: 'static_select', action_id: ACTIONS.snooze, placeholder: { type: 'plain_text', text: 'Snooze', emoji: false } },
  options: sleeps.map((each) => option(SNOOZE_LABEL[each], each, id)),
});

const more = (id: string, choices: readonly More[]): Overflow => ({
  ...{ type: 'overflow', action_id: ACTIONS.more },
  options: choices.map((each) => option(MORE_LABEL[each], each, id)),
});

const option = (label: string, choice: string, incidentId: string): PlainTextOption => ({
  text: { type: 'plain_text', text: label, emoji: false },
  value: `${choice} ${incidentId}`,
});

/** `4h 3f9a1c07be42` → what was chosen, and of which incident. */
export function chosen<T extends string>(value: string, among: readonly T[]): { choice: T; incidentId: string } | undefined {
  const [word, incidentId = ''] = value.split(' ');
  const choice = among.find((each) => each === word);
  return choice && incidentId !== '' ? { choice, incidentId } : undefined;
}

function button(label: string, action: string, incidentId: string, style?: 'primary'): Button {
  const text = { type: 'plain_text', text: label, emoji: false } as const;
  return { type: 'button', text, action_id: action, value: incidentId, ...(style ? { style } : {}) };
}

const Buttons = z.object({
  type: z.literal('actions'),
  elements: z.array(z.object({ action_id: z.string(), value: z.string().optional() })),
});

/** Whether a block that Slack gives back is the buttons of that incident's root (Annotate is there in every state), or bears its id. */
export function isButtonsOf(block: unknown, incidentId: string): boolean {
  if (Object(block).block_id === incidentId) return true;
  const elements = Buttons.safeParse(block).data?.elements ?? [];
  return elements.some(({ action_id, value }) => action_id === ACTIONS.annotate && value === incidentId);
}
