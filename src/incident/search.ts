import type { Incident } from './incident.ts';

/** Every word occurs somewhere in what is known of the incident. */
export function matchesWords({ alert, log }: Incident, words: string): boolean {
  const { transaction, service, environment, hop, error, causes, owner = '', version = '' } = alert;
  const facts = [
    transaction,
    service,
    environment,
    hop.service,
    hop.operation,
    error?.type ?? '',
    error?.message ?? '',
    owner,
    version,
  ];
  const notes = log.flatMap(({ what, text }) => (what === 'noted' ? (text ?? '') : ''));
  const text = [...facts, ...causes.map(({ summary }) => summary), ...notes].join(' ').toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** What nobody holds first, what is over last; among equals the last to fail. */
export const byUrgency = (incidents: readonly Incident[]): readonly Incident[] =>
  incidents.toSorted((a, b) => rank(a) - rank(b) || b.lastSeen - a.lastSeen);

function rank(incident: Incident): number {
  if (isClosed(incident)) return 2;
  return incident.life.state === 'acknowledged' || incident.life.state === 'snoozed' ? 1 : 0;
}

export const isClosed = ({ life }: Incident): boolean => life.state === 'resolved' || life.state === 'merged';

export const isHeldBy = ({ life }: Incident, user: string): boolean =>
  life.assignee === user || (life.state === 'acknowledged' && life.by === user);
