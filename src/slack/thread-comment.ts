import type { Cause } from '../diagnosis/cause.ts';
import { xrayTraceId } from '../telemetry/ids.ts';
import { counted } from '../waterfall/scene.ts';
import type { Telling } from '../waterfall/telling.ts';
import { capital, causeLine, NOT_ENOUGH_EVIDENCE, sayable } from './cause-words.ts';
import { code, prose } from './mrkdwn.ts';

const CAUSES = 3;
const EVIDENCE = 3;
/** Of one sentence; three causes with three facts each then stay below what Slack recommends for a text, 4,000. */
const SUMMARY_CHARACTERS = 300;
const FACT_CHARACTERS = 220;

/** The words beside the waterfall: what it shows, how sure we are, and what is missing from it. mrkdwn, below 4,000 characters. */
export function threadComment(telling: Telling): string {
  return [...causeParagraphs(telling.causes), warnings(telling), where(telling)].filter((part) => part !== '').join('\n');
}

export function causeParagraphs(causes: readonly Cause[]): readonly string[] {
  const said = sayable(causes);
  if (said.length === 0) return [NOT_ENOUGH_EVIDENCE, ...facts(causes[0])];
  const rest = said.length - CAUSES;
  const more = rest > 0 ? [`_and ${rest} less likely_`] : [];
  return [...said.slice(0, CAUSES).flatMap((cause) => [causeLine(cause, SUMMARY_CHARACTERS), ...facts(cause)]), ...more];
}

/** What was looked at helps also where it names nothing. */
const facts = (cause: Cause | undefined): readonly string[] =>
  (cause?.evidence ?? []).slice(0, EVIDENCE).map((fact) => `• ${prose(capital(fact), FACT_CHARACTERS)}`);

/** Never a silently shorter picture. */
export function warnings({ warnings: missing }: Telling): string {
  return missing.length === 0 ? '' : `:warning: Not the whole story: ${missing.join('; ')}.`;
}

function where({ spans, services, id }: Telling): string {
  return `${counted(spans, 'span')} in ${counted(services, 'service')} · ${code(`/trace ${xrayTraceId(id)}`)}`;
}
