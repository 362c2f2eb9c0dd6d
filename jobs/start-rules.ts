import { readFile } from 'node:fs/promises';
import type { RulesConfig } from '../src/config.ts';
import { decide } from '../src/incident/decide.ts';
import { DEFAULT_RULES, type Rules, tellingOf } from '../src/incident/rules.ts';
import { rulesIn } from '../src/rules-file.ts';
import type { Scene } from '../src/waterfall/scene.ts';

/** The rules of a file or a text, or the usual ones. Throws an Error that lists every fault with its line. */
export async function readRules({ file, text }: RulesConfig, channel: string): Promise<Rules> {
  if (file !== undefined) return rulesIn(await readFile(file, 'utf8'), file, channel);
  return text === undefined ? { ...DEFAULT_RULES, channel } : rulesIn(text, 'TRACEFALL_RULES', channel);
}

/** What the rules would have done with a transaction, as a line for people. */
export function ruling({ transaction, outcome, causes, usual }: Scene, rules: Rules): string {
  const alert = decide(transaction, outcome, causes);
  if (!alert) return '  rules: nothing to tell';
  const telling = tellingOf(alert, usual, rules);
  return telling.kind === 'told' ? `  rules: told in ${telling.channel} (${telling.why})` : `  rules: not told (${telling.why})`;
}
