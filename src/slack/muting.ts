import { within } from '../within.ts';
import { UNCONFIRMED } from './change-notes.ts';
import { code } from './mrkdwn.ts';
import type { Desk } from './slack-desk.ts';

/** Resolves to what the person is told. */
export const muted = (desk: Desk, incidentId: string, user: string): Promise<string> =>
  told(desk, incidentId, () => desk.on.mute(incidentId, user), [
    'Muted: this failure gets no new thread, and is counted on.',
    `${code(`/trace unmute ${incidentId}`)} takes that back.`,
  ]);

export const unmuted = (desk: Desk, incidentId: string): Promise<string> =>
  told(desk, incidentId, () => desk.on.unmute(incidentId), ['No longer muted: its next failure is told.']);

async function told(
  { report }: Desk,
  incidentId: string,
  work: () => Promise<'done' | 'unknown'>,
  words: readonly string[],
): Promise<string> {
  try {
    const what = await within(work());
    return what === 'done'
      ? words.join(' ')
      : `I know no incident ${code(incidentId)}. \`/trace incidents\` lists those that are open.`;
  } catch (error) {
    report.failed(error, 'muting');
    return UNCONFIRMED;
  }
}
