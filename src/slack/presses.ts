import { z } from 'zod';
import type { Deed } from '../incident/life.ts';
import type { Changed } from '../ports.ts';
import { within } from '../within.ts';
import { Answer, type Question } from '../work.ts';
import { changeNote, UNCONFIRMED } from './change-notes.ts';
import { ANNOTATE, ASSIGN, FORMS, type Form, inputModal, readForm, type Subject } from './input-modal.ts';
import { muted } from './muting.ts';
import { failureOf } from './outcome.ts';
import { respondPrivately } from './response-url.ts';
import { ACTIONS, chosen, MORE, SLEEPS } from './root-buttons.ts';
import type { Desk } from './slack-desk.ts';
import { timesFor } from './times.ts';
import { askedTooOften } from './too-often.ts';
import { zoneOf } from './users-info.ts';

/** What we need of a `block_actions` payload; `actions` of a message hold exactly the one pressed. */
const value = z.string().min(1).max(255);
const Pressed = z.union([
  z.object({ value }).transform((pressed) => pressed.value),
  z.object({ selected_option: z.object({ value }) }).transform((pressed) => pressed.selected_option.value),
]);
const Press = z.object({
  actions: z.tuple([Pressed]).rest(z.unknown()),
  user: z.object({ id: z.string().min(1) }),
  channel: z.object({ id: z.string() }).optional(),
  message: z.object({ ts: z.string() }).optional(),
  response_url: z.string().optional(),
  trigger_id: z.string().optional(),
});
type Press = z.output<typeof Press>;

/** The buttons of the root message and the forms behind them. Slack is answered first: it waits three seconds only. */
export function takePresses(desk: Desk): void {
  for (const kind of ['acknowledge', 'resolve', 'reopen'] as const)
    onPress(desk, ACTIONS[kind], (press) => change(desk, press, pressedValue(press), { kind, by: press.user.id }));
  onPress(desk, ACTIONS.annotate, (press) => openForm(desk, press, ANNOTATE, pressedValue(press)));
  onPress(desk, ACTIONS.snooze, (press) => snooze(desk, press));
  onPress(desk, ACTIONS.more, (press) => more(desk, press));
  for (const form of FORMS) onForm(desk, form);
}

function onPress({ app, report }: Desk, action: string, act: (press: Press) => Promise<void>): void {
  app.action({ type: 'block_actions', action_id: action }, async ({ ack, body }) => {
    await ack();
    const press = Press.safeParse(body);
    if (press.success) await act(press.data);
    else report.failed(press.error, `a press of ${action}`);
  });
}

function onForm(desk: Desk, form: Form): void {
  desk.app.view({ callback_id: form.callback, type: 'view_submission' }, async ({ ack, view, body }) => {
    const by = body.user.id;
    const filled = readForm(form, view, by);
    if (filled.kind === 'wrong') {
      await ack({ response_action: 'errors', errors: { ...filled.errors } });
      return;
    }
    await ack();
    const { subject, deed } = filled;
    const text = await outcome(desk, desk.on.change(subject.incident, { ...deed, by }), by);
    if (text !== undefined) await whisper(desk, subject, by, text);
  });
}

const pressedValue = (press: Press): string => press.actions[0];

const subjectOf = (press: Press, incident: string): Subject => ({
  ...{ incident, channel: press.channel?.id ?? '', thread: press.message?.ts ?? '' },
});

async function snooze(desk: Desk, press: Press): Promise<void> {
  const asked = chosen(pressedValue(press), SLEEPS);
  if (!asked) return desk.report.failed(new Error(`no snooze ${pressedValue(press)}`), 'a snooze');
  const { choice, incidentId } = asked;
  const by = press.user.id;
  if (choice === 'mute') return await tell(desk, press, await muted(desk, incidentId, by));
  const zone = choice === 'tomorrow' ? await zoneOf(desk.client, by) : undefined;
  const text = await watched(desk, press, outcome(desk, desk.on.snooze(incidentId, by, choice, zone), by));
  if (text !== undefined) await tell(desk, press, text);
  else if (choice === 'tomorrow' && zone === undefined)
    await tell(desk, press, 'Slack did not tell me your time zone, so 9:00 is UTC.');
}

async function more(desk: Desk, press: Press): Promise<void> {
  const asked = chosen(pressedValue(press), MORE);
  if (!asked) return desk.report.failed(new Error(`no choice ${pressedValue(press)}`), 'a choice');
  const { choice, incidentId } = asked;
  if (choice === 'assign') await openForm(desk, press, ASSIGN, incidentId);
  else await ask(desk, press, { kind: 'about', what: choice, incidentId });
}

/** The answer appears in the thread of the message, or is told in private. */
async function ask(desk: Desk, press: Press, question: Question): Promise<void> {
  const asked = Answer.safeParse({
    ...{ v: 1, requestId: press.trigger_id, question, channel: press.channel?.id, thread: press.message?.ts },
    ...{ user: press.user.id, responseUrl: press.response_url },
  });
  if (!asked.success) return desk.report.failed(asked.error, 'a question');
  try {
    const wait = await within(desk.on.trace(asked.data));
    if (wait > 0) await tell(desk, press, askedTooOften(wait));
  } catch (error) {
    desk.report.failed(error, 'a question');
    await tell(desk, press, UNCONFIRMED);
  }
}

async function change(desk: Desk, press: Press, incidentId: string, deed: Deed): Promise<void> {
  const text = await watched(desk, press, outcome(desk, desk.on.change(incidentId, deed), press.user.id));
  if (text !== undefined) await tell(desk, press, text);
}

/** After this long without a change that they can see, people press again. */
const SILENCE_MS = 1_000;

/** Whoever waits longer is told so, and then how it ended: never that it is done before it is. */
async function watched(desk: Desk, press: Press, ending: Promise<string | undefined>): Promise<string | undefined> {
  const isLate = await within(ending, SILENCE_MS).then(
    () => false,
    () => true,
  );
  if (isLate) await tell(desk, press, 'Working on it …');
  const text = await ending;
  return isLate ? (text ?? 'Done.') : text;
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

async function openForm(desk: Desk, press: Press, form: Form, incidentId: string): Promise<void> {
  const view = inputModal(form, subjectOf(press, incidentId), press.user.id);
  try {
    await desk.client.apiCall('views.open', { trigger_id: press.trigger_id, view });
  } catch (error) {
    desk.report.failed(error, 'opening a form');
    await tell(desk, press, `The form could not be opened (${reason(error)}). Please press again.`);
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
