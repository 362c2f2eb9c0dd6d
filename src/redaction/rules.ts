import { z } from 'zod';
import { KINDS } from './finding.ts';

const words = (least: number) => z.array(z.string().min(least).max(256)).max(1_000).default([]);

/** What an operator may change about what is taken out. Plain texts, no patterns: a pattern can be made to run for ever. */
export const RedactionRules = z.strictObject({
  /** Kinds that are not looked for. */
  off: z.array(z.enum(KINDS)).default([]),
  /** Findings that stay, whole or by their end, in any case: `noreply@acme.example`, `@acme.example`. */
  allow: words(3),
  /** Texts that never stay, in any case. Four characters at least, or half of every sentence would go. */
  deny: words(4),
  /** Names, of attributes or before `=` and `:`, whose values never stay: `customer.phone`. In any case. */
  secretNames: words(1),
  /** Names whose values are no secret whatever they are called: `csrf.token`. In any case. */
  harmlessNames: words(1),
});
export type RedactionRules = z.output<typeof RedactionRules>;

export const NO_RULES: RedactionRules = { off: [], allow: [], deny: [], secretNames: [], harmlessNames: [] };
