import type { ActionsBlock, Button } from '@slack/types';
import { z } from 'zod';
import type { Incident } from '../incident/incident.ts';

/** What a press on a button of the root message is called. */
export const ACTIONS = { acknowledge: 'acknowledge', annotate: 'annotate', resolve: 'resolve' } as const;

/** Only what can still be done: nobody acknowledges twice, and a resolved incident can only be written about. */
export function rootButtons({ id, state }: Incident): ActionsBlock {
  const acknowledge = button('Acknowledge', ACTIONS.acknowledge, id, 'primary');
  const annotate = button('Annotate', ACTIONS.annotate, id);
  const resolve = button('Resolve', ACTIONS.resolve, id);
  const elements = { open: [acknowledge, annotate, resolve], acknowledged: [annotate, resolve], resolved: [annotate] }[state];
  return { type: 'actions', elements };
}

function button(label: string, action: string, incidentId: string, style?: 'primary'): Button {
  const text = { type: 'plain_text', text: label, emoji: false } as const;
  return { type: 'button', text, action_id: action, value: incidentId, ...(style ? { style } : {}) };
}

const Buttons = z.object({
  type: z.literal('actions'),
  elements: z.array(z.object({ action_id: z.string(), value: z.string() })),
});

/** Whether a block that Slack gives back is the buttons of that incident's root. Annotate is there in every state. */
export function isButtonsOf(block: unknown, incidentId: string): boolean {
  const elements = Buttons.safeParse(block).data?.elements ?? [];
  return elements.some(({ action_id, value }) => action_id === ACTIONS.annotate && value === incidentId);
}
