import type { InputBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import type { Deed } from '../incident/life.ts';
import { INPUT_CHARACTERS } from './limits.ts';

type Wanted = Deed extends infer D ? (D extends Deed ? Omit<D, 'by' | 'message'> : never) : never;

/** One question about an incident, and what its answer does to it. */
export type Form = {
  readonly callback: string;
  readonly title: string;
  readonly submit: string;
  readonly label: string;
  readonly hint: string;
  /** `user`: who asked for the form. */
  readonly element: (user: string) => InputBlock['element'];
  /** What is wrong with the answer, in words for the person; undefined: nothing. */
  readonly fault: (answer: string) => string | undefined;
  /** `user`: who submitted it. */
  readonly deed: (answer: string, user: string) => Wanted;
};

export const ANNOTATE: Form = {
  ...{ callback: 'annotate', title: 'Add a note', submit: 'Save' },
  label: 'What did you find, try or decide?',
  hint: 'Kept with the incident and shown wherever it is looked up.',
  element: () => ({
    ...{ type: 'plain_text_input', multiline: true, focus_on_load: true },
    ...{ min_length: 1, max_length: INPUT_CHARACTERS },
  }),
  fault: (text) => {
    if (text === '') return 'Please write something.';
    return text.length > INPUT_CHARACTERS
      ? `Please keep it under ${INPUT_CHARACTERS.toLocaleString('en')} characters.`
      : undefined;
  },
  deed: (text) => ({ kind: 'note', text }),
};

export const ASSIGN: Form = {
  ...{ callback: 'assign', title: 'Assign', submit: 'Assign' },
  label: 'Who looks at it?',
  hint: 'Named in the thread, so that Slack tells them. Nobody chosen: you.',
  element: (user) => ({ type: 'users_select', initial_user: user, focus_on_load: true }),
  // The page of a local workspace offers nobody (local-slack 0.1.8), and whoever opens this mostly means themselves.
  fault: (person) => (/^([UW][A-Z0-9]{2,30})?$/.test(person) ? undefined : 'Please choose a person.'),
  deed: (person, user) => ({ kind: 'assign', to: person === '' ? user : person }),
};

export const FORMS = [ANNOTATE, ASSIGN] as const;

/** What the form was opened for. Slack signs the transport only, so it is read back as carefully as if it was never ours. */
const Subject = z.object({ incident: z.string().min(1).max(255), channel: z.string().max(255), thread: z.string().max(255) });
export type Subject = z.output<typeof Subject>;

const BLOCK = 'field';
const INPUT = 'value';

export function inputModal(form: Form, subject: Subject, user: string): ModalView {
  return {
    type: 'modal',
    callback_id: form.callback,
    private_metadata: JSON.stringify(subject),
    title: { type: 'plain_text', text: form.title },
    submit: { type: 'plain_text', text: form.submit },
    close: { type: 'plain_text', text: 'Cancel' },
    blocks: [
      {
        type: 'input',
        block_id: BLOCK,
        label: { type: 'plain_text', text: form.label },
        hint: { type: 'plain_text', text: form.hint },
        element: { ...form.element(user), action_id: INPUT },
      },
    ],
  };
}

const Input = z.object({ value: z.string().nullish(), selected_user: z.string().nullish() });
const Submission = z.object({
  private_metadata: z.string().transform(subjectIn).pipe(Subject),
  state: z.object({ values: z.object({ [BLOCK]: z.object({ [INPUT]: Input }) }) }),
});

export type Filled =
  | { readonly kind: 'filled'; readonly subject: Subject; readonly deed: Wanted }
  /** What the form shows below its field. */
  | { readonly kind: 'wrong'; readonly errors: Readonly<Record<string, string>> };

/** Reads a `view_submission`'s view, as `user` sent it. */
export function readForm(form: Form, view: unknown, user: string): Filled {
  const submission = Submission.safeParse(view).data;
  if (!submission) return wrong('This form is not one of mine any more. Please close it and open it again.');
  const { value, selected_user } = submission.state.values[BLOCK][INPUT];
  const answer = (selected_user ?? value ?? '').trim();
  const fault = form.fault(answer);
  return fault === undefined
    ? { kind: 'filled', subject: submission.private_metadata, deed: form.deed(answer, user) }
    : wrong(fault);
}

const wrong = (why: string): Filled => ({ kind: 'wrong', errors: { [BLOCK]: why } });

function subjectIn(metadata: string): unknown {
  try {
    return JSON.parse(metadata);
  } catch {
    return undefined;
  }
}
