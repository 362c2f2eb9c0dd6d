import type { Incident } from '../incident/incident.ts';
import { countSaid } from '../incident/recalled.ts';
import type { Similar } from '../incident/similar.ts';
import { closingNote } from '../incident/similar.ts';
import type { Reply } from '../ports.ts';
import { counted } from '../waterfall/scene.ts';
import { code, prose } from './mrkdwn.ts';
import { SIGN, standing } from './standing-words.ts';
import { threadLink } from './thread-link.ts';
import type { Times } from './times.ts';

/** More than these are counted: nobody reads further in a chat. */
const LINES = 15;

/** `🔴 POST /checkout at payments charge, 12×, …: open its thread` */
export function incidentLine(incident: Incident, times: Times): string {
  const { alert, life, thread, id, lastSeen } = incident;
  const hop = alert.hop.operation === alert.hop.service ? alert.hop.service : `${alert.hop.service} ${alert.hop.operation}`;
  const place = thread ? threadLink(thread.channel, thread.ts) : 'it has no thread';
  return [
    `${SIGN[life.state]} ${code(alert.transaction, 60)} at ${code(hop, 60)} in ${prose(alert.environment, 20)}`,
    `${countSaid(incident)}×, last ${times.full(lastSeen)} · ${standing(incident, times)} · ${place} · ${code(id)}`,
  ].join('\n      ');
}

export const openList = (incidents: readonly Incident[], times: Times): string =>
  incidents.length === 0 ? 'No incident is open.' : listed('Open incidents', incidents, times);

export function foundList({ words, among, incidents }: Found, times: Times): string {
  const asked = code(words, 100);
  if (incidents.length === 0)
    return `No incident has ${asked} in its services, operations, error, causes or notes. I looked at the last ${among.toLocaleString('en')}.`;
  return listed(`${counted(incidents.length, 'incident')} with ${asked}`, incidents, times);
}

type Found = Omit<Extract<Reply, { kind: 'found' }>, 'kind'>;

function listed(title: string, incidents: readonly Incident[], times: Times): string {
  const more = incidents.length - LINES;
  return [
    `*${title}*`,
    ...incidents.slice(0, LINES).map((incident) => incidentLine(incident, times)),
    ...(more > 0 ? [`_and ${more.toLocaleString('en')} more: \`/trace search\` finds them_`] : []),
  ].join('\n');
}

export function similarList(similar: readonly Similar[], times: Times): string {
  if (similar.length === 0) return 'No past incident that was resolved is much like this one.';
  const lines = similar.map(({ incident, likeness }) => {
    const note = closingNote(incident);
    const closed = note === undefined ? '_no note_' : prose(note, 300);
    return `*${Math.round(likeness * 100)} % alike:* ${incidentLine(incident, times)}\n      ${closed}`;
  });
  return ['*Similar incidents*', ...lines].join('\n');
}
