import type { Incident } from './incident.ts';
import { templated, templatedName } from './template.ts';

/** What made one incident look like another, and how much: 1 is the same in everything. */
export type Similar = { readonly incident: Incident; readonly likeness: number };

/** Below this two failures have little more in common than that they failed. */
const ALIKE = 0.5;
const MOST = 3;

/** Each thing that two failures may share, by how much it tells. */
const WEIGHT = { error: 0.35, hop: 0.25, cause: 0.2, entry: 0.15, environment: 0.05 } as const;

/** The past incidents most like this one, the most alike first, the later before the earlier; none below the threshold. */
export function similarTo(one: Incident, past: readonly Incident[]): readonly Similar[] {
  return past
    .filter(({ id, life }) => id !== one.id && life.state === 'resolved')
    .map((incident) => ({ incident, likeness: likeness(one, incident) }))
    .filter((similar) => similar.likeness >= ALIKE)
    .sort((a, b) => b.likeness - a.likeness || b.incident.lastSeen - a.incident.lastSeen)
    .slice(0, MOST);
}

function likeness({ alert: a }: Incident, { alert: b }: Incident): number {
  const same = (one: string | undefined, other: string | undefined): number => Number(one !== undefined && one === other);
  return (
    WEIGHT.error * overlap(wordsOf(a.error), wordsOf(b.error)) +
    WEIGHT.hop *
      (0.6 * same(a.hop.service, b.hop.service) + 0.4 * same(templatedName(a.hop.operation), templatedName(b.hop.operation))) +
    WEIGHT.cause * same(a.causes[0]?.kind, b.causes[0]?.kind) +
    WEIGHT.entry * (0.5 * same(a.service, b.service) + 0.5 * same(templatedName(a.transaction), templatedName(b.transaction))) +
    WEIGHT.environment * same(a.environment, b.environment)
  );
}

/** Of a slow one: nothing, and two slow ones are alike in that. */
const wordsOf = (error: Incident['alert']['error']): ReadonlySet<string> =>
  new Set(error ? `${error.type} ${templated(error.message)}`.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) : []);

/** Jaccard's index. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 && b.size === 0) return 1;
  const both = [...a].filter((word) => b.has(word)).length;
  return both / (a.size + b.size - both);
}

/** How it was closed: the last thing that a person wrote. */
export const closingNote = ({ log }: Incident): string | undefined => log.findLast(({ what }) => what === 'noted')?.text;
