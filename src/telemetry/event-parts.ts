import { createHash } from 'node:crypto';
import type { Micros } from '../units.ts';
import { NO_TIME } from '../units.ts';
import { isExecutionArn, traceIn } from './event-ids.ts';
import { jsonFields } from './json.ts';
import type { EventRecord, Happening, SpanError } from './record.ts';
import { type Fields, fields, list, text } from './shape.ts';
import { cut, jsonText, nameText } from './text.ts';
import { isoTime, millisTime } from './time.ts';

/** An ARN has at most 2,048 characters. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
const ARN_CHARACTERS = 2_048;
const MESSAGE_CHARACTERS = 2_048;
const ID_CHARACTERS = 128;
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const EVENT_CHARACTERS = 1_048_576;

/** What one kind of event tells beyond its envelope. */
export type Told = Happening & Partial<Pick<EventRecord, 'resource' | 'requestId' | 'executionArn' | 'outcome' | 'error' | 'at'>>;

/** An event as its service announced it, unpacked from whatever carried it. */
export type Envelope = {
  readonly id: string;
  readonly source: string;
  readonly detailType: string;
  readonly at: Micros | undefined;
  readonly resources: readonly string[];
  readonly detail: Fields;
  /** All of it, for the ids it names. */
  readonly whole: Fields;
};

export function eventRecord(envelope: Envelope, told: Told): EventRecord {
  const { id, source, detailType, at, resources, whole } = envelope;
  return {
    kind: 'event',
    id: cut(id, ID_CHARACTERS) || contentId(whole),
    source: nameText(source),
    detailType: nameText(detailType),
    traceId: traceIn(whole),
    requestId: undefined,
    executionArn: resources.find(isExecutionArn),
    outcome: undefined,
    error: undefined,
    ...told,
    at: told.at ?? at ?? NO_TIME,
    resource: arn(told.resource ?? resources[0]),
  };
}

/** What has no id of its own is the same event only where it says the same. */
const contentId = (whole: Fields): string =>
  createHash('sha256').update(jsonText(whole, EVENT_CHARACTERS)).digest('hex').slice(0, 32);

export const arn = (said: unknown): string | undefined => {
  const value = text(said);
  return value === undefined ? undefined : cut(value, ARN_CHARACTERS);
};

export const word = (said: unknown): string => nameText(text(said) ?? '');
export const sentence = (said: unknown): string => cut(text(said) ?? '', MESSAGE_CHARACTERS);
export const wordIfAny = (said: unknown): string | undefined => word(said) || undefined;

/** ISO text, seconds (as X-Ray writes them) or milliseconds (as Step Functions does). */
export function eventTime(said: unknown): Micros | undefined {
  if (typeof said !== 'number') return isoTime(said);
  // Seconds since 1970 reach this only in the year 5138; milliseconds passed it in 1973.
  return millisTime(said < 100_000_000_000 ? said * 1_000 : said);
}

export function errorOf(type: unknown, message: unknown): SpanError | undefined {
  const inner = jsonFields(sentence(message));
  const [named, said] = [wordIfAny(fields(inner)['errorType']), sentence(fields(inner)['errorMessage'])];
  const known = named ?? wordIfAny(type);
  const words = said || sentence(message);
  return known === undefined && words === '' ? undefined : { type: known ?? '', message: words };
}

export const texts = (said: unknown): readonly string[] => list(said).flatMap((item) => text(item) ?? []);
