import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { type Subject, subjectIn } from './annotate-modal.ts';

export const ASSIGN_VIEW = 'assign';
const PERSON_BLOCK = 'person';
const PERSON_INPUT = 'user';

export function assignModal(subject: Subject): ModalView {
  return {
    type: 'modal',
    callback_id: ASSIGN_VIEW,
    private_metadata: JSON.stringify(subject),
    title: { type: 'plain_text', text: 'Assign to' },
    submit: { type: 'plain_text', text: 'Assign' },
    close: { type: 'plain_text', text: 'Cancel' },
    blocks: [
      {
        type: 'input',
        block_id: PERSON_BLOCK,
        label: { type: 'plain_text', text: 'Who looks at it?' },
        hint: { type: 'plain_text', text: 'Named in the thread, so that Slack tells them.' },
        element: { type: 'users_select', action_id: PERSON_INPUT },
      },
    ],
  };
}

const Submission = z.object({
  private_metadata: z.string(),
  state: z.object({
    values: z.object({
      [PERSON_BLOCK]: z.object({ [PERSON_INPUT]: z.object({ selected_user: z.string().regex(/^[UW][A-Z0-9]{2,30}$/) }) }),
    }),
  }),
});

export type Assignment =
  | { readonly kind: 'filled'; readonly subject: Subject; readonly to: string }
  | { readonly kind: 'wrong'; readonly errors: Readonly<Record<string, string>> };

/** Reads a `view_submission`'s view. */
export function readAssignment(view: unknown): Assignment {
  const submission = Submission.safeParse(view);
  const subject = submission.success ? subjectIn(submission.data.private_metadata) : undefined;
  if (!submission.success || !subject) return { kind: 'wrong', errors: { [PERSON_BLOCK]: 'Please choose a person.' } };
  return { kind: 'filled', subject, to: submission.data.state.values[PERSON_BLOCK][PERSON_INPUT].selected_user };
}
