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

/** Open first, then the last to fail. */
export const byUrgency = (incidents: readonly Incident[]): readonly Incident[] =>
  incidents.toSorted((a, b) => Number(isClosed(a)) - Number(isClosed(b)) || b.lastSeen - a.lastSeen);

export const isClosed = ({ life }: Incident): boolean => life.state === 'resolved' || life.state === 'merged';

export const isHeldBy = ({ life }: Incident, user: string): boolean =>
  life.assignee === user || (life.state === 'acknowledged' && life.by === user);
