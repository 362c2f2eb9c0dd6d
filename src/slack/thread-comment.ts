import type { Cause } from '../diagnosis/cause.ts';
import { xrayTraceId } from '../telemetry/ids.ts';
import { spelled } from '../units.ts';
import { counted } from '../waterfall/scene.ts';
import type { Telling } from '../waterfall/telling.ts';
import { capital, causeLine, NOT_ENOUGH_EVIDENCE, sayable } from './cause-words.ts';
import { TOP_LEVEL_CHARACTERS } from './limits.ts';
import { code, prose } from './mrkdwn.ts';

const CAUSES = 3;
const EVIDENCE = 3;
/** Of one sentence; three causes with three facts each leave room for the log within what Slack recommends for a text. */
const SUMMARY_CHARACTERS = 300;
const FACT_CHARACTERS = 220;
/** Of one line of a log: its beginning says what happened. */
const LINE_CHARACTERS = 200;

/**
 * The words beside the waterfall: what the root, which stands above them, does not say. The rest of the evidence, what was logged, what
 * is missing from the picture. mrkdwn, at most as long as Slack recommends.
 */
export function threadComment(telling: Telling): string {
  const [first, ...others] = sayable(telling.causes);
  const [, ...rest] = first?.evidence ?? [];
  const causes = first ? [...facts(rest), ...causeLines(others)] : causeParagraphs(telling.causes);
  return withLog(causes, telling, [warnings(telling), where(telling)]);
}

/** Everything of `after`, of `before` what fits beside it, and as much of the log between them as there is room for. */
export function withLog(before: readonly string[], telling: Telling, after: readonly string[]): string {
  const end = after.filter((part) => part !== '').join('\n');
  const begin = lines(before, TOP_LEVEL_CHARACTERS - end.length - 1);
  const log = lines(logLines(telling), TOP_LEVEL_CHARACTERS - begin.length - end.length - 2);
  return [begin, log, end].filter((part) => part !== '').join('\n');
}

/** Whole ones, the first ones, as many as fit. */
function lines(all: readonly string[], max: number): string {
  let text = '';
  for (const line of all) {
    if (text.length + line.length + 1 > max) break;
    text = text === '' ? line : `${text}\n${line}`;
  }
  return text;
}

export function causeParagraphs(causes: readonly Cause[]): readonly string[] {
  const said = sayable(causes);
  return said.length === 0 ? [NOT_ENOUGH_EVIDENCE, ...facts(causes[0]?.evidence)] : causeLines(said);
}

function causeLines(causes: readonly Cause[]): readonly string[] {
  const more = causes.length - CAUSES;
  const shown = causes.slice(0, CAUSES);
  return [
    ...shown.flatMap((cause) => [causeLine(cause, SUMMARY_CHARACTERS), ...facts(cause.evidence)]),
    ...(more > 0 ? [`_and ${more} less likely_`] : []),
  ];
}

/** What was looked at helps also where it names nothing. */
const facts = (evidence: readonly string[] = []): readonly string[] =>
  evidence.slice(0, EVIDENCE).map((fact) => `• ${prose(capital(fact), FACT_CHARACTERS)}`);

/** `+1.18 s ERROR: card declined`, by the picture's clock, then where in the code; each line by itself, as some clients fold blocks. */
function logLines({ lines: logged, failing }: Telling): readonly string[] {
  const said = logged.map(({ after, service, severity, body, times }) => {
    const who = service === undefined || service === failing?.service ? '' : ` ${service}`;
    const again = times > 1 ? ` (${times}×)` : '';
    return `${code(`+${spelled(after)} ${severity.toUpperCase()}${who}: ${body}`, LINE_CHARACTERS)}${again}`;
  });
  return [...said, ...(failing?.stack ?? []).map((frame) => code(`at ${frame}`, LINE_CHARACTERS))];
}

/** Never a silently shorter picture. */
export function warnings({ warnings: missing }: Telling): string {
  return missing.length === 0 ? '' : `:warning: Not the whole story: ${missing.join('; ')}.`;
}

function where({ spans, services, id }: Telling): string {
  return `${counted(spans, 'span')} in ${counted(services, 'service')} · ${code(`/trace ${xrayTraceId(id)}`)}`;
}
