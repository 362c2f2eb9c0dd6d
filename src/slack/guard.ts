import type { App } from '@slack/bolt';
import { z } from 'zod';
import { type AskGuest, personOf } from './guests.ts';
import type { Report } from './people.ts';
import { respondPrivately } from './response-url.ts';
import { type Seal, unsealForm } from './sealed-views.ts';
import { isWelcome, NOT_HERE, type Welcome } from './strangers.ts';

export type Guard = {
  readonly seal: Seal;
  readonly welcome: Welcome;
  readonly isGuest: AskGuest;
  readonly apiUrl: string | undefined;
  readonly report: Report;
};

/** Stands before every command, press and form, over HTTP and in Socket Mode. */
export function guard(app: App, guarding: Guard): void {
  app.use(async ({ body, ack, next }) => {
    if (await admitted(body, async () => await ack?.(), guarding)) await next();
  });
}

/** Opens what we sealed, in place, and sends strangers and guests away. */
export async function admitted(body: unknown, ack: () => Promise<void>, guarding: Guard): Promise<boolean> {
  const { seal, apiUrl, report } = guarding;
  unsealForm(body, seal);
  const unwanted = await whyUnwanted(body, guarding);
  if (unwanted === undefined) return true;
  report.refused(unwanted);
  await ack();
  const { data } = Answerable.safeParse(body);
  if (data) await respondPrivately(data.response_url, NOT_HERE, apiUrl).catch((error) => report.failed(error, `a ${unwanted}`));
  return false;
}

async function whyUnwanted(body: unknown, { welcome, isGuest }: Guard): Promise<'stranger' | 'guest' | undefined> {
  if (!isWelcome(body, welcome, formChannel(body))) return 'stranger';
  const person = welcome.guests ? undefined : personOf(body);
  return person !== undefined && (await isGuest(person)) ? 'guest' : undefined;
}

const Answerable = z.object({ response_url: z.string() });
const Form = z.object({ view: z.object({ private_metadata: z.string() }) });
const About = z.object({ channel: z.string() });

/** A form is filled in nowhere; what it is about is somewhere. */
function formChannel(body: unknown): string | undefined {
  const form = Form.safeParse(body);
  // Our own words, whose seal has just been opened, or nothing.
  if (!form.success || form.data.view.private_metadata === '') return undefined;
  return About.safeParse(JSON.parse(form.data.view.private_metadata)).data?.channel;
}
