import type { HomeView, KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Incident } from '../incident/incident.ts';
import { byUrgency, isClosed, isHeldBy } from '../incident/search.ts';
import { mapDrawn } from '../map/map-drawn.ts';
import type { MapScene } from '../map/service-map.ts';
import { within } from '../within.ts';
import { incidentLine } from './incident-lines.ts';
import { mapAsked, noMapMessage } from './map-message.ts';
import { codeBlock } from './mrkdwn.ts';
import { thrown } from './outcome.ts';
import type { Desk } from './slack-desk.ts';
import { type Times, timesFor } from './times.ts';

/** Three lists of these and the map stay below a hundred blocks and what one view may hold. */
const EACH = 6;

const Opened = z.object({ user: z.string(), tab: z.literal('home') });

/** What somebody's tab shows. `map`: `drawing` while it is asked for, undefined where nothing reached us lately. */
export type Home = {
  readonly user: string;
  readonly incidents: readonly Incident[];
  readonly map: MapScene | 'drawing' | undefined;
};

/** The app's own tab, made anew whenever somebody opens it: the lists at once, the map when it is drawn. */
export function takeHome({ app, on, client, apiUrl, report }: Desk): void {
  app.event('app_home_opened', async ({ event }) => {
    const opened = Opened.safeParse(event);
    if (!opened.success) return;
    const { user } = opened.data;
    const show = async () => {
      await showHome(client, { user, incidents: await on.incidents(), map: 'drawing' }, timesFor(apiUrl));
      await on.home(user);
    };
    await within(show()).catch((error) => report.failed(error, 'the home tab'));
  });
}

export async function showHome(client: Pick<WebClient, 'apiCall'>, home: Home, times: Times): Promise<void> {
  try {
    await client.apiCall('views.publish', { user_id: home.user, view: homeView(home, times) });
  } catch (error) {
    throw thrown(error, 'the home tab');
  }
}

export function homeView({ user, incidents, map }: Home, times: Times): HomeView {
  const open = byUrgency(incidents.filter((incident) => !isClosed(incident)));
  const mine = open.filter((incident) => isHeldBy(incident, user));
  const others = open.filter((incident) => !mine.includes(incident));
  const closed = incidents.filter(({ life }) => life.state === 'resolved').toSorted((a, b) => b.lastSeen - a.lastSeen);
  return {
    type: 'home',
    blocks: [
      ...(mine.length === 0 ? [] : part('Yours', mine, times)),
      ...part(mine.length === 0 ? 'Open' : 'Also open', others, times),
      ...(closed.length === 0 ? [] : part('Resolved lately', closed, times)),
      header('Service map'),
      section(mapWords(map)),
    ],
  };
}

function part(title: string, incidents: readonly Incident[], times: Times): readonly KnownBlock[] {
  const more = incidents.length - EACH;
  const lines = incidents.slice(0, EACH).map((incident) => incidentLine(incident, times));
  const said = lines.length === 0 ? ['Nothing.'] : [...lines, ...(more > 0 ? [`_and ${more.toLocaleString('en')} more_`] : [])];
  return [header(`${title} (${incidents.length.toLocaleString('en')})`), ...said.map(section)];
}

/** An image block would need a file that everybody may see; what a bot uploads and shares nowhere is its own. Characters need neither. */
const MAP_COLUMNS = 96;
const MAP_CHARACTERS = 2_500;

function mapWords(map: Home['map']): string {
  if (map === 'drawing') return mapAsked({ kind: 'map' });
  return map === undefined ? noMapMessage({ kind: 'map' }) : codeBlock(mapDrawn(map, MAP_COLUMNS), MAP_CHARACTERS);
}

const header = (text: string): KnownBlock => ({ type: 'header', text: { type: 'plain_text', text } });
const section = (text: string): KnownBlock => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } });
