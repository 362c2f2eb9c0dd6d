import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { INPUT_CHARACTERS } from './limits.ts';

export const ANNOTATE_VIEW = 'annotate';
const NOTE_BLOCK = 'note';
const NOTE_INPUT = 'text';

/** What the modal was opened for. Slack signs the transport only, so it is read back as carefully as it was never ours. */
const Subject = z.object({ incident: z.string().min(1).max(255), channel: z.string().max(255), thread: z.string().max(255) });
export type Subject = z.output<typeof Subject>;

export function annotateModal(subject: Subject): ModalView {
  return {
    type: 'modal',
    callback_id: ANNOTATE_VIEW,
    private_metadata: JSON.stringify(subject),
    title: { type: 'plain_text', text: 'Add a note' },
    submit: { type: 'plain_text', text: 'Save' },
    close: { type: 'plain_text', text: 'Cancel' },
    blocks: [
      {
        type: 'input',
        block_id: NOTE_BLOCK,
        label: { type: 'plain_text', text: 'What did you find, try or decide?' },
        hint: { type: 'plain_text', text: 'Kept with the incident and shown wherever it is looked up.' },
        element: {
          type: 'plain_text_input',
          action_id: NOTE_INPUT,
          multiline: true,
          focus_on_load: true,
          min_length: 1,
          max_length: INPUT_CHARACTERS,
        },
      },
    ],
  };
}

const Submission = z.object({
  private_metadata: z.string(),
  state: z.object({
    values: z.object({ [NOTE_BLOCK]: z.object({ [NOTE_INPUT]: z.object({ value: z.string().nullish() }) }) }),
  }),
});

export type Note =
  | { readonly kind: 'filled'; readonly subject: Subject; readonly text: string }
  /** What the modal shows below its field. */
  | { readonly kind: 'wrong'; readonly errors: Readonly<Record<string, string>> };

/** Reads a `view_submission`'s view. */
export function readNote(view: unknown): Note {
  const submission = Submission.safeParse(view);
  const subject = submission.success ? subjectIn(submission.data.private_metadata) : undefined;
  if (!submission.success || !subject)
    return wrong('This form is not one of mine any more. Please close it and press Annotate again.');
  const text = submission.data.state.values[NOTE_BLOCK][NOTE_INPUT].value?.trim() ?? '';
  if (text === '') return wrong('Please write something.');
  if (text.length > INPUT_CHARACTERS) return wrong(`Please keep it under ${INPUT_CHARACTERS.toLocaleString('en')} characters.`);
  return { kind: 'filled', subject, text };
}

const wrong = (why: string): Note => ({ kind: 'wrong', errors: { [NOTE_BLOCK]: why } });

export function subjectIn(metadata: string): Subject | undefined {
  try {
    return Subject.safeParse(JSON.parse(metadata)).data;
  } catch {
    return undefined;
  }
}
