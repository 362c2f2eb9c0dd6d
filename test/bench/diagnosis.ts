import { confidenceWords } from '../../src/slack/cause-words.ts';
import { type Judged, judgedFailed, judgedSlow } from '../diagnosis/judged.ts';
import type { Fault } from '../diagnosis/systems.ts';

/** How often the first cause is right, how sure it says it is, and what a diagnosis costs. */
const RUNS = 400;
const percent = (part: number, whole: number): string => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);
const rights = (judged: readonly Judged[]): string =>
  `${judged.filter(({ right }) => right).length}/${judged.length} ${percent(judged.filter(({ right }) => right).length, judged.length)}`;
const seeds = Array.from({ length: RUNS }, (_, n) => 1_000 * (n + 1));

const all: Judged[] = [];
function section(name: string, judged: readonly Judged[]): void {
  all.push(...judged);
  console.log(`${name.padEnd(60)} ${rights(judged)}`);
}

const FAULTS: readonly Fault['at'][] = ['self', 'caller', 'callee', 'edge'];
for (const hasHistory of [false, true])
  for (const isRed of [false, true])
    for (const at of FAULTS)
      section(
        `one delay at the ${at}, ${hasHistory ? 'with' : 'without'} history${isRed ? ', red elsewhere' : ''}`,
        seeds.slice(0, hasHistory ? RUNS / 4 : RUNS).map((seed) => judgedSlow(at, seed, { isRed, hasHistory })),
      );
section('one failure with words', seeds.map(judgedFailed));

console.log('\nconfidence');
for (const word of ['Very likely', 'Likely', 'Possible']) {
  const said = all.filter(({ cause }) => cause && confidenceWords(cause) === word);
  const mean = said.reduce((sum, { cause }) => sum + (cause?.confidence ?? 0), 0) / said.length;
  console.log(`${word.padEnd(12)} n=${said.length} mean ${mean.toFixed(2)} right ${rights(said)}`);
}
