import type { Cause } from './diagnosis/cause.ts';
import type { Incident } from './incident/incident.ts';
import { type LogEntry, TRACEFALL } from './incident/life.ts';
import { countSaid } from './incident/recalled.ts';
import { errorText } from './telemetry/error-text.ts';
import { xrayTraceId } from './telemetry/ids.ts';
import { type Micros, micros, spelled, toMillis } from './units.ts';
import type { Telling } from './waterfall/telling.ts';

/** Who did something, and to whom. Slack user ids. */
export const peopleIn = ({ log }: Incident): readonly string[] =>
  log.flatMap(({ by, what, text }) => [...(by === TRACEFALL ? [] : [by]), ...(what === 'assigned' && text ? [text] : [])]);

type Names = ReadonlyMap<string, string>;

/** An incident and the transaction drawn in it as a Markdown document: what a post-mortem begins with. `names`: of the people in it. */
export function postMortem(incident: Incident, telling: Telling, names: Names): string {
  const { alert, firstSeen, lastSeen } = incident;
  const hop = alert.hop.operation === alert.hop.service ? alert.hop.service : `${alert.hop.service} ${alert.hop.operation}`;
  return [
    `# ${text(alert.transaction)} ${alert.outcome === 'slow' ? 'was slow' : 'failed'} in ${text(alert.hop.service)}`,
    facts([
      ['Failing transactions', countSaid(incident)],
      ['First, last', `${utc(firstSeen)}, ${utc(lastSeen)}`],
      ['Environment', text(alert.environment)],
      [alert.outcome === 'slow' ? 'Time goes to' : 'Fails at', code(hop)],
      ['Error', alert.error ? code(errorText(alert.error)) : undefined],
      ['Enters at', text(alert.service)],
      ['Version', alert.version === undefined ? undefined : code(alert.version)],
      ['Owner', alert.owner === undefined ? undefined : text(alert.owner)],
      ['State', incident.life.state],
      ['Incident, trace', `${code(incident.id)}, ${code(xrayTraceId(telling.id))}`],
    ]),
    '## Timeline (UTC)',
    table(
      ['When', 'Who', 'What'],
      incident.log.filter(isNoRepetition).map((entry) => moment(entry, names)),
    ),
    '## Causes',
    ...(alert.causes.length === 0 ? ['None was found.'] : alert.causes.map(causeSaid)),
    ...(incident.contrast.length === 0 ? [] : ['## What sets them apart', ...incident.contrast.map((fact) => `- ${text(fact)}`)]),
    '## One of the transactions',
    `${utc(telling.start)}, ${spelled(telling.duration)}, ${telling.spans} spans in ${telling.services} services.`,
    fenced(telling.drawing),
    ...(telling.warnings.length === 0 ? [] : [`Not the whole story: ${telling.warnings.map(text).join('; ')}.`]),
    ...logged(telling),
    '',
  ].join('\n\n');
}

function facts(all: readonly (readonly [string, string | undefined])[]): string {
  return table(
    ['', ''],
    all.flatMap(([name, value]) => (value === undefined ? [] : [[`**${name}**`, value]])),
  );
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** What Redis has lost is said once. */
const isNoRepetition = ({ what }: LogEntry, at: number, log: readonly LogEntry[]): boolean =>
  what !== 'recalled' || log[at - 1]?.what !== 'recalled';

const moment = (entry: LogEntry, names: Names): readonly string[] => [
  utc(entry.at),
  person(entry.by, names),
  happened(entry, names),
];

/** In the words of the log; what bears a time, a person or a duration says it. */
function happened({ what, text: said = '' }: LogEntry, names: Names): string {
  if (what === 'recalled') return 'what happened until then is in the thread only';
  if (what === 'noted') return `noted: ${text(said)}`;
  if (what === 'assigned') return `assigned to ${person(said, names)}`;
  if (what === 'snoozed') return `snoozed until ${said === 'deployment' ? 'the next deployment' : utc(micros(Number(said)))}`;
  if (what === 'resolved' && said !== '') return `resolved: no failure for ${spelled(micros(Number(said)))}`;
  return said === '' ? what : `${what} (${text(said)})`;
}

const person = (by: string, names: Names): string => (by === TRACEFALL ? 'Tracefall' : text(names.get(by) ?? by));

function causeSaid({ summary, confidence, kind, evidence }: Cause, index: number): string {
  const sure = Number.isFinite(confidence) ? ` (${Math.round(confidence * 100)} %, ${kind})` : '';
  return [`${index + 1}. **${text(summary)}**${sure}`, ...evidence.map((fact) => `   - ${text(fact)}`)].join('\n');
}

function logged({ lines, failing }: Telling): readonly string[] {
  const said = lines.map(({ after, service = '', severity, body, times }) => {
    const again = times > 1 ? ` (${times} times)` : '';
    return `+${spelled(after)} ${severity.toUpperCase()} ${service}: ${body}${again}`;
  });
  const all = [...said, ...(failing?.stack ?? []).map((frame) => `at ${frame}`)];
  return all.length === 0 ? [] : ['## Logged round the failure', fenced(all.join('\n'))];
}

const utc = (at: Micros): string => new Date(toMillis(at)).toISOString().slice(0, 19).replace('T', ' ');

/** One line, with nothing that Markdown or HTML reads as more than letters. https://spec.commonmark.org/0.31.2/#backslash-escapes */
const text = (raw: string): string => oneLine(raw).replace(/[\\`*_[\]<>#|~&!]/g, (mark) => `\\${mark}`);

/** A backtick within would end it, a bar the cell of a table. */
const code = (raw: string): string => `\`${oneLine(raw).replaceAll('`', "'").replaceAll('|', '¦')}\``;

const oneLine = (raw: string): string => raw.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();

/** Longer than any run of backticks within. https://spec.commonmark.org/0.31.2/#fenced-code-blocks */
function fenced(raw: string): string {
  const longest = Math.max(2, ...[...raw.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${raw}\n${fence}`;
}
