import { type Micros, micros, NO_TIME } from '../units.ts';
import { categoryOf, homesOf } from './category.ts';
import { saysColdStart, withColdStart } from './cold-start.ts';
import { isInit, type Node, type Tree } from './node.ts';
import type { Category, Section } from './transaction.ts';
import { charged } from './waits.ts';

const NOTHING: Readonly<Record<Category, Micros>> = {
  orchestration: NO_TIME,
  trigger: NO_TIME,
  containerInitialization: NO_TIME,
  runtimeInitialization: NO_TIME,
  computation: NO_TIME,
  queueing: NO_TIME,
  externalService: NO_TIME,
  overhead: NO_TIME,
  unclassified: NO_TIME,
};

export type Spent = { readonly breakdown: Readonly<Record<Category, Micros>>; readonly coldStarts: number };

/** The critical path by kind of time; the sum is the path's length. */
export function spentOn(tree: Tree, path: readonly Section[]): Spent {
  const byId = new Map(tree.nodes.map((each) => [each.span.spanId, each]));
  const homes = homesOf(tree);
  const breakdown = { ...NOTHING };
  const sections = charged(path, byId);
  sections.forEach((section, i) => {
    const node = byId.get(section.spanId);
    const next = sections[i + 1];
    const after = next ? byId.get(next.spanId) : undefined;
    const own = node ? categoryOf(section, { node, home: homes.get(node) ?? node, next: after }) : 'unclassified';
    for (const { amount, category = own } of withColdStart(section, after)) {
      breakdown[category] = micros(breakdown[category] + amount);
    }
  });
  return { breakdown, coldStarts: coldStarts(path, byId) };
}

function coldStarts(path: readonly Section[], byId: ReadonlyMap<string, Node>): number {
  const worked = new Set(path.filter((section) => section.what === 'work').map((section) => section.spanId));
  const nodes = [...worked].map((id) => byId.get(id)).filter((node) => node !== undefined);
  return nodes.filter((node) => isInit(node.span) || (saysColdStart(node.span) && !hasInitOnPath(node, worked))).length;
}

const hasInitOnPath = (node: Node, worked: ReadonlySet<string>): boolean =>
  [...node.children, ...(node.parent?.children ?? [])].some((near) => isInit(near.span) && worked.has(near.span.spanId));
