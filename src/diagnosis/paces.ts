import { grouped } from '../trace/grouped.ts';
import { MARGIN } from '../trace/node.ts';
import type { Step, Visit } from './visits.ts';
import { peerOf, targetOf } from './wording.ts';

/** How long one transaction was in one service, or between two, against what the same steps usually take. */
export type Pace = {
  /** Names the service, or the edge. */
  readonly where: string;
  readonly caller: string | undefined;
  readonly service: string;
  /** The other end of the edge tells nothing of its own. */
  readonly isUntraced: boolean;
  /** ln of observed / usual: 0 is as usual, 0.7 is twice. */
  readonly ratio: number;
  /** Of the critical path: observed, and beyond the medians. */
  readonly spent: number;
  readonly excess: number;
  readonly visits: readonly Visit[];
};

/** Where a step's time is spent: by an operation itself, or between a call and its answer. */
export const placeOf = ({ operation, span, answer }: Step, visit: Visit): string =>
  answer ? `${visit.key} ${operation} > ${answer.key}` : `${span.service} ${operation}`;

type Spent = { readonly where: string; readonly visit: Visit; readonly step: Step; readonly usual: number };

/** Who waited for nobody, or was not waited for, made nothing late; its own time then tells of others. */
export const isOnPath = ({ span }: Step): boolean => span.critical > 0;

/** Beside the path: what it would have been on it. */
export const spentAt = ({ span }: Step): number => (span.critical > 0 ? span.critical : span.self);

/** Of one transaction. Steps that nobody has seen before have no pace; `beside`: places that count also where they are not on the path. */
export function pacesOf(
  visits: readonly Visit[],
  medians: ReadonlyMap<string, number>,
  beside: ReadonlySet<string> = new Set(),
): readonly Pace[] {
  const spent = visits.flatMap((visit) =>
    visit.steps.flatMap((step): Spent[] => {
      const place = placeOf(step, visit);
      if (!isOnPath(step) && !beside.has(place)) return [];
      const usual = medians.get(place);
      const other = otherEnd(step);
      const where = other === undefined ? visit.service : `${visit.service} > ${other}`;
      return usual === undefined ? [] : [{ where, visit, step, usual }];
    }),
  );
  return [...grouped(spent, ({ where }) => where)].map(([where, parts]) => paceOf(where, parts));
}

/** Who was called, by what he tells himself, or else by what the caller says. */
function otherEnd({ span, answer }: Step): string | undefined {
  if (answer) return answer.service;
  return span.kind === 'client' || span.kind === 'producer' ? (targetOf(span) ?? peerOf(span)) : undefined;
}

function paceOf(where: string, parts: readonly Spent[]): Pace {
  const [{ visit, step }] = parts as readonly [Spent]; // a group is made with its first part
  const other = otherEnd(step);
  const observed = sum(parts, (part) => spentAt(part.step));
  const usual = sum(parts, (part) => part.usual);
  return {
    where,
    caller: other === undefined ? undefined : visit.service,
    service: other ?? visit.service,
    isUntraced: other !== undefined && !step.answer,
    // Clocks of milliseconds: a ratio of less tells nothing.
    ratio: Math.log((observed + MARGIN) / (usual + MARGIN)),
    spent: observed,
    excess: sum(parts, (part) => Math.max(0, spentAt(part.step) - part.usual)),
    visits: [...new Set(parts.map((part) => part.step.answer ?? part.visit))],
  };
}

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number => items.reduce((all, item) => all + of(item), 0);
