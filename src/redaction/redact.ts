import type { Attributes, AttributeValue, LogRecord, Parsed, Reject, SpanRecord, TelemetryRecord } from '../telemetry/record.ts';
import { acrossTexts } from './across-texts.ts';
import { finder, nameReader } from './find.ts';
import { type Finding, isMark, mark, marked } from './finding.ts';
import { knownClean } from './known-clean.ts';
import { NO_RULES, type RedactionRules } from './rules.ts';
import { mayBeSecret } from './secret-names.ts';

export type Redactor = {
  readonly text: (text: string) => string;
  readonly records: (records: readonly TelemetryRecord[]) => readonly TelemetryRecord[];
  readonly rejects: (rejects: readonly Reject[]) => readonly Reject[];
  readonly parsed: (parsed: Parsed) => Parsed;
};

/**
 * Takes secrets and people's data out of what was parsed, before anything of it is written anywhere: in its place stands what it was,
 * `[email]`. The same text always becomes the same text, and what has been through it once is not changed again. Ids stay.
 */
export function redactor(rules: RedactionRules = NO_RULES): Redactor {
  const find = finder(rules);
  const text = (from: string): string => marked(from, find(from));
  const again = knownClean(text);
  const ofSpan = spanRedactor(fieldsRedactor(again), attributeRedactor(again, rules));
  // Lines of a log are many and each is another: to remember them would push out what comes again.
  const ofOther = fieldsRedactor(text);
  const records = (all: readonly TelemetryRecord[]): readonly TelemetryRecord[] =>
    withoutSplitSecrets(all, find).map((record) => (record.kind === 'span' ? ofSpan(record) : ofOther(record)));
  const rejects = (all: readonly Reject[]): readonly Reject[] =>
    all.map((reject) => ({ ...reject, reason: text(reject.reason), where: text(reject.where) }));
  return {
    text,
    records,
    rejects,
    parsed: (parsed) => ({ ...parsed, records: records(parsed.records), rejects: rejects(parsed.rejects) }),
  };
}

type Text = (text: string) => string;

/** Fields that hold ids and words of ours: made at the border, in characters that no secret fits into. */
const OURS = new Set(['kind', 'traceId', 'spanId', 'parentSpanId', 'links', 'what']);

type Fields = <T extends object>(whole: T) => T;

function fieldsRedactor(text: Text): Fields {
  const ofValue = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return eachOf(value, ofValue);
    return typeof value === 'object' && value !== null ? ofFields(value) : value;
  };
  const ofFields: Fields = (whole) => withFields(whole, (key, value) => (OURS.has(key) ? value : ofValue(value)));
  return ofFields;
}

function spanRedactor(ofFields: Fields, ofAttributes: (attributes: Attributes) => Attributes) {
  return ({ attributes, ...rest }: SpanRecord): SpanRecord => ({ ...ofFields(rest), attributes: ofAttributes(attributes) });
}

/** The list itself where nothing in it changes: most of what comes by is clean, and is not built anew. */
function eachOf<T>(items: readonly T[], change: (item: T, n: number) => T): readonly T[] {
  const changed = items.map(change);
  return changed.every((item, n) => item === items[n]) ? items : changed;
}

/** Strings become strings and everything else stays what it was: the type cannot change. */
function withFields<T extends object>(whole: T, change: (key: string, value: unknown) => unknown): T {
  const changed = Object.entries(whole).flatMap(([key, value]): [string, unknown][] => {
    const safe = change(key, value);
    return safe === value ? [] : [[key, safe]];
  });
  return changed.length === 0 ? whole : { ...whole, ...Object.fromEntries(changed) };
}

/** A value is judged by itself and by its name. Made without a prototype, as `telemetry` makes them. */
function attributeRedactor(text: Text, rules: RedactionRules): (attributes: Attributes) => Attributes {
  const names = nameReader(rules);
  const byName = (key: string, value: string): string | undefined => {
    const known = names(key);
    return known && !isMark(value) && mayBeSecret(value, known) ? mark(known.kind) : undefined;
  };
  const ofValue = (key: string, value: AttributeValue): AttributeValue => {
    if (typeof value === 'string') return byName(key, value) ?? text(value);
    if (typeof value === 'boolean') return value;
    if (typeof value === 'object') return ofList(key, value);
    const written = String(value);
    const safe = byName(key, written) ?? (Number.isInteger(value) ? text(written) : written);
    return safe === written ? value : safe;
  };
  // `['--password', 'hunter2']`: what comes before may name what comes after.
  const ofList = (key: string, items: readonly string[]): readonly string[] =>
    eachOf(items, (item, n) => byName(key, item) ?? byName(flagIn(items[n - 1]), item) ?? text(item));
  return (attributes) => {
    const entries = Object.entries(attributes);
    if (entries.every(([key, value]) => text(key) === key && ofValue(key, value) === value)) return attributes;
    const safe: Record<string, AttributeValue> = Object.create(null);
    for (const [key, value] of entries) safe[text(key)] = ofValue(key, value);
    return safe;
  };
}

const flagIn = (before: string | undefined): string => /^--?([a-z][a-z-]{2,40})$/i.exec(before ?? '')?.[1] ?? '';

/** One log line after another may be one text to whoever wrote it: a key in PEM, printed line by line. */
function withoutSplitSecrets(
  records: readonly TelemetryRecord[],
  find: (text: string) => readonly Finding[],
): readonly TelemetryRecord[] {
  const places = records.flatMap((record, n) => (record.kind === 'log' ? [{ n, log: record }] : []));
  if (places.length < 2) return records;
  const bodies = new Map<number, string>();
  for (const group of byWriter(places).values()) {
    for (const [k, body] of acrossTexts(
      group.map(({ log }) => log.body),
      find,
    )) {
      const place = group[k];
      if (place) bodies.set(place.n, body);
    }
  }
  if (bodies.size === 0) return records;
  return records.map((record, n) => {
    const body = record.kind === 'log' ? bodies.get(n) : undefined;
    return record.kind === 'log' && body !== undefined ? { ...record, body } : record;
  });
}

type Place = { readonly n: number; readonly log: LogRecord };

function byWriter(places: readonly Place[]): ReadonlyMap<string, readonly Place[]> {
  const groups = new Map<string, Place[]>();
  for (const place of places) {
    const group = groups.get(writerOf(place.log));
    if (group) group.push(place);
    else groups.set(writerOf(place.log), [place]);
  }
  return groups;
}

const writerOf = ({ service, traceId, requestId }: LogRecord): string => `${service ?? ''} ${requestId ?? traceId ?? ''}`;
