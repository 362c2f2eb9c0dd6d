import type { IncidentState, LogEntry } from './incident.ts';

const STATES: readonly IncidentState[] = ['open', 'acknowledged', 'resolved'];

const NEXT: Readonly<Record<IncidentState, readonly LogEntry['what'][]>> = {
  open: ['acknowledged', 'resolved'],
  acknowledged: ['resolved'],
  resolved: [],
};

/** Whether an incident in that state may change so. Notes are welcome at any time; a second acknowledgement is refused: somebody was first. */
export const allowed = (state: IncidentState, to: 'acknowledged' | 'resolved' | 'noted'): boolean =>
  to === 'noted' || NEXT[state].includes(to);

/** The states in which the change is allowed: what a store checks in the same step as it makes the change. */
export const statesBefore = (to: 'acknowledged' | 'resolved' | 'noted'): readonly IncidentState[] =>
  STATES.filter((state) => allowed(state, to));
