import type { HomeView, KnownBlock } from '@slack/types';
import { z } from 'zod';
import type { Incident } from '../incident/incident.ts';
import { byUrgency, isClosed, isHeldBy } from '../incident/search.ts';
import { incidentLine } from './incident-lines.ts';
import type { Desk } from './presses.ts';
import { type Times, timesFor } from './times.ts';
import { within } from './within.ts';

/** Three lists of these stay below a hundred blocks and what one view may hold. */
const EACH = 8;

const Opened = z.object({ user: z.string(), tab: z.literal('home') });

/** The app's own tab, made anew whenever somebody opens it. */
export function takeHome({ app, on, client, apiUrl, report }: Desk): void {
  app.event('app_home_opened', async ({ event }) => {
    const opened = Opened.safeParse(event);
    if (!opened.success) return;
    const { user } = opened.data;
    const publish = async () =>
      void (await client.apiCall('views.publish', {
        user_id: user,
        view: homeView(await on.incidents(), user, timesFor(apiUrl)),
      }));
    await within(publish()).catch((error) => report.failed(error, 'the home tab'));
  });
}

export function homeView(incidents: readonly Incident[], user: string, times: Times): HomeView {
  const open = byUrgency(incidents.filter((incident) => !isClosed(incident)));
  const closed = incidents.filter(({ life }) => life.state === 'resolved').toSorted((a, b) => b.lastSeen - a.lastSeen);
  return {
    type: 'home',
    blocks: [
      ...part(
        'Yours',
        open.filter((incident) => isHeldBy(incident, user)),
        times,
      ),
      ...part('Open', open, times),
      ...part('Resolved lately', closed, times),
    ],
  };
}

function part(title: string, incidents: readonly Incident[], times: Times): readonly KnownBlock[] {
  const more = incidents.length - EACH;
  const lines = incidents.slice(0, EACH).map((incident) => incidentLine(incident, times));
  const said = lines.length === 0 ? ['Nothing.'] : [...lines, ...(more > 0 ? [`_and ${more.toLocaleString('en')} more_`] : [])];
  return [
    { type: 'header', text: { type: 'plain_text', text: `${title} (${incidents.length.toLocaleString('en')})` } },
    ...said.map((text): KnownBlock => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } })),
  ];
}
