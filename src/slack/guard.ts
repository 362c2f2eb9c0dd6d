import type { App } from '@slack/bolt';
import { z } from 'zod';
import type { Report } from './people.ts';
import { respondPrivately } from './response-url.ts';
import { type Seal, unsealForm } from './sealed-views.ts';
import { isWelcome, NOT_HERE, type Welcome } from './strangers.ts';

type Guard = {
  readonly seal: Seal;
  readonly welcome: Welcome;
  readonly apiUrl: string | undefined;
  readonly report: Report;
};

/** Stands before every command, press and form, over HTTP and in Socket Mode: opens what we sealed, and sends strangers away. */
export function guard(app: App, { seal, welcome, apiUrl, report }: Guard): void {
  app.use(async ({ body, ack, next }) => {
    unsealForm(body, seal);
    if (isWelcome(body, welcome, formChannel(body))) return await next();
    report.refused('stranger');
    await ack?.();
    const { data } = Answerable.safeParse(body);
    if (data) await respondPrivately(data.response_url, NOT_HERE, apiUrl).catch((error) => report.failed(error, 'a stranger'));
  });
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
