import type { LogRecord } from '../telemetry/record.ts';

/** One statement of somebody's program that writes logs. `words` lose what varies as more lines of it are seen. */
export type LogTemplate = {
  /** Names it as long as the lines come in the same order. */
  readonly id: string;
  readonly service: string;
  readonly severity: LogRecord['severity'];
  /** Where in the source it stands, if the line says so: `TravelServiceImpl#372`, `shop.py:12`. */
  readonly location: string;
  words: readonly string[];
};

/** What a line tells apart from its neighbours: the rest of a long line is data. */
const WORDS = 24;
/** Further in, a line is a dump; a bound keeps the work small. */
const CHARACTERS = 1_000;
/** Drain's threshold: two lines of one statement share at least so much. He et al., "Drain", ICWS 2017 (0.3 to 0.6 by system). */
const ALIKE = 0.6;
const VARIES = '<*>';

/** What changes from one line of a statement to the next, whole shapes before their parts. A quote or bracket may be left open where the line was cut. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/\b(?:trace|span|request)[ _-]?id\b["']?\s*[:=]\s*[\w-]+/gi, ''],
  [/\b\w+:\/\/\S+/g, VARIES],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, VARIES],
  [/"(?:[^"\\]|\\.)*"?/g, VARIES],
  [/=\[[^\]]*\]?/g, `=${VARIES}`],
  [/=(?![^\s,;()[\]{}]*\()[^\s,;()[\]{}]+/g, `=${VARIES}`],
  [/(?<![\w.-])(?=[\w.-]*\d)[\w.-]{12,}\b/g, VARIES],
  [/[-+]?\d+(?:[.,:/-]\d+)*/g, VARIES],
];
/** Brackets and commas stand between words, as blanks do. */
const BETWEEN = /[\s,;|()[\]{}]+/;
/** As logback, log4j, zap, Python and JavaScript loggers write it. */
const LOCATION = /(?:(?<![\w$])[A-Za-z$][\w$]*#\d+|(?<![\w$-])[\w$-]+\.(?:java|kt|scala|py|[cm]?[jt]s|go|rb|cs|php|rs):\d+)\b/;
/** A location further in is part of a stack trace. */
const HEADER = 120;
/** What kind of failure a line tells of is never something that merely varies. */
const FAILURE = /(?:Exception|Error|Timeout|Fault)\b/;

/**
 * Finds the statement behind each line (Drain: He et al., ICWS 2017): lines of one service and severity, of one length and first word,
 * that share most words; or simply the location, where lines tell it. Learns as it reads: what it is given first shapes what follows.
 */
export function templateMiner(): (log: Line) => LogTemplate {
  const known = new Map<string, LogTemplate>();
  const groups = new Map<string, LogTemplate[]>();
  return (log) => {
    const line = read(log);
    const exact = known.get(line.id);
    if (exact) return exact;
    const group = groupOf(line, groups);
    const like = line.location === '' ? closest(group, line.words) : group[0];
    if (like) like.words = merged(like.words, line.words);
    else group.push(line);
    known.set(line.id, like ?? line);
    return like ?? line;
  };
}

type Line = Pick<LogRecord, 'service' | 'severity' | 'body'>;

/** Ours: an exception's name stands at the end of what a framework says around it. */
const SPELLED = 200;
/** What stands before the message in a line: time, level, logger's thread. */
const PREAMBLE = /^(?:<\*>|trace|debug|info|notice|warn|warning|error|fatal|\W)$/i;

/** As it is told to people: `Calculate distance <*> (TravelServiceImpl#372)`. */
export function spelledTemplate({ words, location }: LogTemplate): string {
  const from = words.findIndex((word) => !PREAMBLE.test(word));
  const text = words.slice(Math.max(0, from)).join(' ');
  const short = text.length > SPELLED ? `${text.slice(0, SPELLED - 1)}…` : text;
  return location === '' ? short : `${short} (${location})`;
}

function wordsOf(body: string): readonly string[] {
  const plain = VARIABLE.reduce((rest, [shape, word]) => rest.replace(shape, word), body.slice(0, CHARACTERS));
  return plain
    .split(BETWEEN)
    .filter((word) => /\w|<\*>/.test(word))
    .slice(0, WORDS);
}

function read({ service = '', severity, body }: Line): LogTemplate {
  const location = LOCATION.exec(body.slice(0, HEADER))?.[0] ?? '';
  const words = wordsOf(location === '' ? body : body.replace(location, ''));
  return { id: `${service} ${severity} ${location} ${words.join(' ')}`, service, severity, location, words };
}

function groupOf({ service, severity, location, words }: LogTemplate, groups: Map<string, LogTemplate[]>): LogTemplate[] {
  const shape = location === '' ? `${words.length} ${words[0] ?? ''}` : location;
  const key = `${service} ${severity} ${shape} ${words.filter((word) => FAILURE.test(word)).join(' ')}`;
  const group = groups.get(key) ?? [];
  groups.set(key, group);
  return group;
}

function closest(group: readonly LogTemplate[], words: readonly string[]): LogTemplate | undefined {
  let best: LogTemplate | undefined;
  let most = ALIKE;
  for (const template of group) {
    const share = shared(template.words, words);
    if (share >= most) [best, most] = [template, share];
  }
  return best;
}

const shared = (a: readonly string[], b: readonly string[]): number =>
  a.length === 0 ? 1 : a.filter((word, i) => word === b[i]).length / a.length;

/** Of lines of two lengths only the common beginning is compared. */
const merged = (a: readonly string[], b: readonly string[]): readonly string[] =>
  a.slice(0, b.length).map((word, i) => (word === b[i] ? word : VARIES));
