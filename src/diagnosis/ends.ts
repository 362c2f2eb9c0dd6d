import { grouped } from '../trace/grouped.ts';
import type { Node } from '../trace/node.ts';
import { compare } from '../trace/node.ts';
import { micros } from '../units.ts';
import { answerOf } from './calls.ts';
import type { Place } from './places.ts';

/** A gap must be at least this part of what all gaps of its end come to, to be of one kind with them. */
const PART = 0.1;

/**
 * Gaps lie between two ends. Where those of several calls have an end in common, that end explains all of them at once:
 *
 * a → b  ├░░░──░░┤            the calls of `a` are late, whomever it calls
 * a → c            ├░░░──░░┤
 */
export function gapsByEnd(places: readonly Place[]): readonly Place[] {
  return united(places, commonEnd(places.filter(({ kind, nodes }) => kind === 'gap' && nodes.some(answerOf))));
}

/** A slow machine is slow in all that it is asked: what one service spends in several visits has one cause. Steps of one visit have their own. */
export function ownByService(places: readonly Place[]): readonly Place[] {
  const own = places.filter(({ kind, nodes }) => kind === 'slow-self' && nodes.every(isWayIn));
  return [...grouped(own, ({ nodes }) => nodes[0]?.span.service ?? '').values()].reduce(
    (all, group) => united(all, notable(group)),
    places,
  );
}

function united(places: readonly Place[], shared: readonly Place[]): readonly Place[] {
  const [first] = shared;
  if (!first || shared.length < 2) return places;
  const medians = shared.map(({ median }) => median).filter((median) => median !== undefined);
  const all: Place = {
    kind: first.kind,
    isTold: first.isTold,
    nodes: shared.flatMap((place) => place.nodes),
    amount: micros(shared.reduce((sum, { amount }) => sum + amount, 0)),
    median: medians.length === shared.length ? micros(medians.reduce((sum, each) => sum + each, 0)) : undefined,
  };
  return [...places.filter((place) => !shared.includes(place)), all];
}

/** The largest first, without those that hardly count. */
function notable(group: readonly Place[]): readonly Place[] {
  const total = sumOf(group);
  return group.filter((place) => excess(place) >= PART * total && excess(place) > 0).toSorted((a, b) => excess(b) - excess(a));
}

const isWayIn = ({ span, parent }: Node): boolean => parent?.span.service !== span.service;

const sumOf = (group: readonly Place[]): number => group.reduce((sum, place) => sum + excess(place), 0);

const excess = ({ amount, median }: Place): number => Math.max(0, amount - (median ?? 0));

/** The gaps of the end that has most of them, the largest first. */
function commonEnd(gaps: readonly Place[]): readonly Place[] {
  const ends = gaps.flatMap((gap) => [...new Set(gap.nodes.flatMap(endsOf))].map((end) => ({ end, gap })));
  const [most] = [...grouped(ends, ({ end }) => end)]
    .map(([end, group]) => ({ end, of: group.map(({ gap }) => gap) }))
    .sort((a, b) => sumOf(b.of) - sumOf(a.of) || compare(a.end, b.end));
  return notable(most?.of ?? []);
}

const endsOf = (call: Node): readonly string[] => {
  const answer = answerOf(call);
  return answer ? [call.span.service, answer.span.service] : [call.span.service];
};

/**
 * Which end of a call its gap is laid on. The caller's, unless only this callee is late to it: its other calls have no gap then.
 * Two observers differ here by convention, so both ends are always named.
 */
export function laidOn(calls: readonly Node[], all: readonly Node[]): string | undefined {
  const [call] = calls;
  const answer = call && answerOf(call);
  if (!call || !answer) return undefined;
  const callees = new Set(calls.map((each) => answerOf(each)?.span.service));
  const callers = new Set(calls.map((each) => each.span.service));
  if (callees.size !== callers.size) return callees.size > callers.size ? call.span.service : answer.span.service;
  const others = all.filter((each) => each.span.service === call.span.service && !callees.has(answerOf(each)?.span.service));
  const isLateToAll = others.every((each) => gapOf(each) >= gapOf(call) / 2);
  return others.length > 0 && !isLateToAll ? answer.span.service : call.span.service;
}

function gapOf(call: Node): number {
  const answer = answerOf(call);
  return answer ? call.end - call.start - (answer.end - answer.start) : 0;
}
