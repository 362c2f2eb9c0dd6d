import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Changed } from '../ports.ts';
import { within } from '../within.ts';
import type { Subject } from './annotate-modal.ts';
import { ANNOTATE_VIEW, annotateModal, readNote } from './annotate-modal.ts';
import { changeNote, UNCONFIRMED } from './change-notes.ts';
import type { Interactions } from './interactions.ts';
import { failureOf } from './outcome.ts';
import type { People, Report } from './people.ts';
import { respondPrivately } from './response-url.ts';
import { ACTIONS } from './root-buttons.ts';
import { timesFor } from './times.ts';

export type Desk = {
  readonly app: Interactions;
  readonly client: Pick<WebClient, 'apiCall'>;
  readonly apiUrl: string | undefined;
  readonly on: People;
  readonly report: Report;
};

/** What we need of a `block_actions` payload; `actions` of a message hold exactly the one pressed. */
const Press = z.object({
  actions: z.tuple([z.object({ value: z.string().min(1).max(255) })]).rest(z.unknown()),
  user: z.object({ id: z.string().min(1) }),
  channel: z.object({ id: z.string() }).optional(),
  message: z.object({ ts: z.string() }).optional(),
  response_url: z.string().optional(),
  trigger_id: z.string().optional(),
});
type Press = z.output<typeof Press>;

/** The buttons of the root message and the form behind one of them. Slack is answered first, always: it waits three seconds only. */
export function takePresses(desk: Desk): void {
  const { app, on } = desk;
  onPress(desk, ACTIONS.acknowledge, (press) => change(desk, press, on.acknowledge(incidentOf(press), press.user.id)));
  onPress(desk, ACTIONS.resolve, (press) => change(desk, press, on.resolve(incidentOf(press), press.user.id)));
  onPress(desk, ACTIONS.annotate, (press) => openForm(desk, press));
  app.view({ callback_id: ANNOTATE_VIEW, type: 'view_submission' }, async ({ ack, view, body }) => {
    const note = readNote(view);
    if (note.kind === 'wrong') {
      await ack({ response_action: 'errors', errors: { ...note.errors } });
      return;
    }
    await ack();
    const text = await outcome(desk, on.annotate(note.subject.incident, body.user.id, note.text), body.user.id);
    if (text !== undefined) await whisper(desk, note.subject, body.user.id, text);
  });
}

function onPress({ app, report }: Desk, action: string, act: (press: Press) => Promise<void>): void {
  app.action({ type: 'block_actions', action_id: action }, async ({ ack, body }) => {
    await ack();
    const press = Press.safeParse(body);
    if (press.success) await act(press.data);
    else report.failed(press.error, `a press of ${action}`);
  });
}

const incidentOf = (press: Press): string => press.actions[0].value;

async function change(desk: Desk, press: Press, changing: Promise<Changed>): Promise<void> {
  const text = await outcome(desk, changing, press.user.id);
  if (text !== undefined) await tell(desk, press, text);
}

/** What the person is told, if anything. Never a "saved" that is not known to be true. */
async function outcome({ apiUrl, report }: Desk, changing: Promise<Changed>, user: string): Promise<string | undefined> {
  try {
    return changeNote(await within(changing), user, timesFor(apiUrl));
  } catch (error) {
    report.failed(error, 'a change of an incident');
    return UNCONFIRMED;
  }
}

async function openForm(desk: Desk, press: Press): Promise<void> {
  const subject = { incident: incidentOf(press), channel: press.channel?.id ?? '', thread: press.message?.ts ?? '' };
  try {
    await desk.client.apiCall('views.open', { trigger_id: press.trigger_id, view: annotateModal(subject) });
  } catch (error) {
    desk.report.failed(error, 'opening the form for a note');
    await tell(desk, press, `The form could not be opened (${reason(error)}). Please press Annotate again.`);
  }
}

function reason(error: unknown): string {
  const failure = failureOf(error);
  return failure.kind === 'refused' ? failure.code : 'Slack was too slow';
}

async function tell({ report, apiUrl }: Desk, press: Press, text: string): Promise<void> {
  if (press.response_url === undefined) return;
  await respondPrivately(press.response_url, text, apiUrl).catch((error) => report.failed(error, 'telling the presser'));
}

/** A form has no response_url. */
async function whisper({ client, report }: Desk, { channel, thread }: Subject, user: string, text: string): Promise<void> {
  const place = { channel, user, ...(thread === '' ? {} : { thread_ts: thread }) };
  await client
    .apiCall('chat.postEphemeral', { ...place, text, parse: 'none' })
    .catch((error) => report.failed(error, 'telling the writer'));
}
