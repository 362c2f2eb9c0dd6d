import { readFileSync, writeFileSync } from 'node:fs';
import { checkSync } from 'recheck';
import { named, type Regex, regexesIn } from '../regexes/regexes.ts';

/** Judges every regular expression that has no verdict yet, and tries all of them with 64 KB of what is hard for them. */
const FILE = 'test/regexes/verdicts.json';
const CHARACTERS = 65_536;
const LONGEST_MS = 30_000;
const known: Record<string, string> = JSON.parse(readFileSync(FILE, 'utf8'));
const all = regexesIn(['src', 'jobs']);

const verdicts: Record<string, string> = {};
for (const regex of all) {
  verdicts[named(regex)] = known[named(regex)] ?? judged(regex);
  if (verdicts[named(regex)] !== 'safe') console.log(`${regex.where} ${verdicts[named(regex)]}: ${named(regex)}`);
}
writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(Object.entries(verdicts).sort()), undefined, 2)}\n`);
const safe = Object.values(verdicts).filter((verdict) => verdict === 'safe').length;
console.log(`${all.length} regular expressions, ${Object.keys(verdicts).length} different, ${safe} safe`);

const EVIL = [
  'a',
  '0',
  ' ',
  '-',
  '"',
  '\\',
  '=',
  '.',
  ':',
  '/',
  '@',
  '`',
  '\n',
  'eyJ',
  'A1 ',
  '%41',
  'arn:',
  '0a',
  'Duration: ',
  '-----END ',
  'x.x',
  '\\n',
  '12:34',
];
const slowest = all
  .map((regex) => ({ regex, ms: Math.max(...EVIL.map((piece) => took(regex, piece))) }))
  .sort((a, b) => b.ms - a.ms);
for (const { regex, ms } of slowest.slice(0, 8))
  console.log(`${ms.toFixed(1)} ms for ${CHARACTERS} characters: ${regex.where} ${named(regex)}`);

function judged({ pattern, flags }: Regex): string {
  const verdict = checkSync(pattern, flags, { timeout: LONGEST_MS });
  if (verdict.status !== 'vulnerable') return verdict.status;
  return `vulnerable, ${verdict.complexity.type}`;
}

function took({ pattern, flags }: Regex, piece: string): number {
  const text = `${piece.repeat(CHARACTERS / piece.length)}\u0001`;
  const regex = new RegExp(pattern, flags.replace('y', ''));
  const began = performance.now();
  text.replace(regex, '');
  return performance.now() - began;
}
