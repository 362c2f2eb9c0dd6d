import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebClient } from '@slack/web-api';

/** A form that was left open overnight is asked for again. */
const OPEN_FOR_MS = 12 * 3_600_000;
/** Of SHA-256. */
const TAG_BYTES = 32;

/** Turns what a form is about into something that only we can have written, for a time, and back. */
export type Seal = {
  readonly seal: (text: string) => string;
  /** undefined: not ours, or not any more. */
  readonly open: (sealed: string) => string | undefined;
};

/** Slack signs the way a form travels, not what we wrote into it. The first secret seals, each of them opens. */
export function viewSeal(secrets: readonly string[], clock: () => number = Date.now): Seal {
  const keys = secrets.map((secret) => createHmac('sha256', secret).update('tracefall: what a form is about').digest());
  const tag = (key: Buffer, content: string): Buffer => createHmac('sha256', key).update(content).digest();
  return {
    seal: (text) => {
      const [key = Buffer.alloc(0)] = keys;
      const content = Buffer.from(JSON.stringify([clock() + OPEN_FOR_MS, text])).toString('base64url');
      return `${content}.${tag(key, content).toString('base64url')}`;
    },
    open: (sealed) => {
      const [content = '', shown = ''] = sealed.split('.');
      const shownTag = Buffer.from(shown, 'base64url');
      const fits = keys.map((key) => shownTag.length === TAG_BYTES && timingSafeEqual(shownTag, tag(key, content)));
      // base64url has spare bits: of several writings of one tag only ours is taken.
      if (!fits.includes(true) || sealed !== `${content}.${shownTag.toString('base64url')}`) return undefined;
      // Only we can have written it, so it is what `seal` wrote.
      const [until, text] = JSON.parse(Buffer.from(content, 'base64url').toString('utf8')) as readonly [number, string];
      return clock() < until ? text : undefined;
    },
  };
}

/** Seals what every form is about that is opened through it, whichever form that is. */
export function sealingClient(client: WebClient, seal: Seal): Pick<WebClient, 'apiCall'> {
  return {
    apiCall: (method, options) =>
      client.apiCall(method, method === 'views.open' ? { ...options, view: sealedView(options?.['view'], seal) } : options),
  };
}

function sealedView(view: unknown, { seal }: Seal): unknown {
  if (typeof view !== 'object' || view === null || !('private_metadata' in view)) return view;
  return { ...view, private_metadata: seal(String(view.private_metadata)) };
}

/** Opens the seal of a submitted form in place, before anybody reads it. What is not ours is about nothing. */
export function unsealForm(body: unknown, { open }: Seal): void {
  if (typeof body !== 'object' || body === null || !('view' in body)) return;
  const { view } = body;
  if (typeof view !== 'object' || view === null || !('private_metadata' in view)) return;
  view.private_metadata = open(String(view.private_metadata)) ?? '';
}
