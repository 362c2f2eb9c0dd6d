import { wrapped } from './wrapped.ts';

/** What a check found out about one thing that Tracefall needs. */
export type Finding = {
  readonly what: string;
  /** `noted`: worth knowing, and nothing that must be mended. */
  readonly state: 'good' | 'missing' | 'noted';
  /** How to mend it. */
  readonly mend?: string;
};

export type Section = { readonly name: string; readonly findings: readonly Finding[] };

export const good = (what: string): Finding => ({ what, state: 'good' });
export const missing = (what: string, mend: string): Finding => ({ what, state: 'missing', mend });
export const noted = (what: string, mend?: string): Finding => ({ what, state: 'noted', ...(mend !== undefined && { mend }) });

export const missingIn = (sections: readonly Section[]): number =>
  sections.flatMap(({ findings }) => findings).filter(({ state }) => state === 'missing').length;

const MARKS: Readonly<Record<Finding['state'], string>> = { good: '✔', missing: '✘', noted: '!' };
const COLUMNS = 100;

/** For a terminal, and for a log that somebody reads later: no colours, nothing wider than a hundred columns. */
export function findingsText(sections: readonly Section[]): string {
  const shown = sections.map(({ name, findings }) => [name, ...findings.flatMap(lines)].join('\n'));
  const count = missingIn(sections);
  const end = count === 0 ? 'Nothing is missing.' : `${count} ${count === 1 ? 'thing is' : 'things are'} missing.`;
  return [...shown, end].join('\n\n');
}

function lines({ what, state, mend }: Finding): readonly string[] {
  const first = wrapped(what, { first: `  ${MARKS[state]} `, further: '    ', columns: COLUMNS });
  return mend === undefined ? first : [...first, ...wrapped(mend, { first: '    → ', further: '      ', columns: COLUMNS })];
}
