import { errorText } from '../telemetry/error-text.ts';
import type { Attributes } from '../telemetry/record.ts';
import { httpStatus } from '../trace/failing.ts';
import type { Node } from '../trace/node.ts';
import type { Span } from '../trace/transaction.ts';
import { type Micros, micros, spelled } from '../units.ts';

/** AWS's own words are worth more than ours, but a stack trace is not worth a screen. */
const ERROR_CHARACTERS = 300;

/** Who answers the other end of a call, as far as the caller knows; the service's own name where it does not. */
const PEER = [
  'peer.service',
  'aws.remote.service',
  'server.address',
  'net.peer.name',
  'http.host',
  'rpc.service',
  'db.system',
  'messaging.system',
] as const;
const TARGET = [
  'aws.dynamodb.table',
  'aws.dynamodb.table_names',
  'aws.s3.bucket',
  'aws.queue.url',
  'messaging.destination.name',
  'aws.remote.resource.identifier',
  'faas.invoked_name',
] as const;

export const peerOf = (span: Span): string | undefined => firstText(span.attributes, PEER);

/** The table, bucket, queue or function that a call is about. */
export const targetOf = (span: Span): string | undefined => firstText(span.attributes, TARGET);

function firstText(attributes: Attributes, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = attributes[name];
    const text = Array.isArray(value) ? value[0] : value;
    if (typeof text === 'string' && text !== '') return text;
  }
  return undefined;
}

/** `orders-api PutItem on Orders`. */
export function named(span: Span): string {
  const target = targetOf(span);
  const place = span.operation === span.service ? span.service : `${span.service} ${span.operation}`;
  return target === undefined || place.includes(target) ? place : `${place} on ${target}`;
}

export const cut = (text: string): string => {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length <= ERROR_CHARACTERS ? line : `${line.slice(0, ERROR_CHARACTERS - 1)}…`;
};

/** The error in its own words, or its HTTP code, or that nobody said more. */
export function saidError(span: Span): string {
  const error = span.error;
  if (error && (error.type !== '' || error.message !== '')) return cut(errorText(error));
  const code = httpStatus(span.attributes);
  return code === undefined ? 'an error without details' : `HTTP ${code}`;
}

export const percent = (part: number, whole: number, digits = 0): string =>
  `${whole > 0 ? Number(((100 * part) / whole).toFixed(digits)) : 0} %`;

export const shareOfPath = (part: Micros, path: Micros): string =>
  `${spelled(part)} of the ${spelled(path)} path (${percent(part, path)})`;

/** How every fact begins that tells what the telemetry does not. */
export const notSeen = (what: string): string => `not seen: ${what}`;

export const lasted = (node: Node): Micros => micros(node.end - node.start);
