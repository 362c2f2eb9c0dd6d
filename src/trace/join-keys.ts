import { isRedacted } from '../redaction/finding.ts';
import { RECEIVED_IDS } from '../telemetry/deliveries.ts';
import type { Attributes, AttributeValue, SpanRecord } from '../telemetry/record.ts';
import { isCalling } from '../telemetry/span-words.ts';
import { canonical } from './copies.ts';
import { EXECUTION_ARN, REQUEST_ID } from './functions.ts';

/** What of a span tells its keys. */
type Carrier = Pick<SpanRecord, 'spanKind' | 'operation' | 'resource' | 'attributes'>;

/**
 * The ids by which one side of a hop names the other, as text with what they are the id of. `offers`: the next side may name them.
 * `wants`: one entry for each thing it came from, the nearest side's id first where several sides repeat one id.
 */
export type JoinKeys = { readonly offers: readonly string[]; readonly wants: readonly (readonly string[])[] };

/**
 * Ids that AWS gives to one message or event, unique everywhere: SQS, SNS, EventBridge.
 * `messaging.*`, `cloudevents.*`: OpenTelemetry, https://opentelemetry.io/docs/specs/semconv/registry/attributes/messaging/
 * (`messaging.message_id` before 1.17). `messaging.message.ids`: samples of Azure Service Bus for .NET, for want of a convention.
 * `aws.message_id`: X-Ray's own, as its SDKs write it under `aws`. `aws.sqs.message_id`: an instrumentation of the AWS SDK for .NET.
 * `aws.sns.message_id`: the plugin for `aws-sdk` of opentelemetry-ext-js, and the conventions of Cisco's distribution.
 * `aws.sqs.message_ids`, `aws.sns.message_ids`: Serverless Console, of a sender and of a receiver. `aws.eventbridge.event_id`:
 * wrappers for Lambda in TypeScript. All seen in the source or the documentation of who writes them.
 */
const MESSAGE_ID = [
  RECEIVED_IDS,
  'messaging.message.id',
  'messaging.message_id',
  'messaging.message.ids',
  'aws.message_id',
  'aws.sqs.message_id',
  'aws.sqs.message_ids',
  'aws.sns.message_id',
  'aws.sns.message_ids',
  'aws.eventbridge.event_id',
  'cloudevents.event_id',
] as const;
/**
 * A sequence number is unique within its shard only. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html
 * `aws.kinesis.*`: an instrumentation of the AWS SDK for .NET (of sender and receiver), and wrappers for Lambda in TypeScript;
 * OpenTelemetry has a name for a partition and none for a sequence number.
 */
const SHARD_ID = ['aws.kinesis.shard_id', 'messaging.destination.partition.id'] as const;
const SEQUENCE_NUMBER = ['aws.kinesis.sequence_number'] as const;
/** `shardId-000000000006:4959…`, as Lambda's `eventID` names a record of Kinesis. */
const SHARD_AND_NUMBER = /^(shardId-\d{1,20}):(\d{1,200})$/;
/**
 * Which item a table's stream tells of. A write is not told the id of the record that it causes, so table and key must do.
 * Tables: OpenTelemetry (now and as `db.collection.name`) and X-Ray (`aws.table_name`). Nobody has a convention for keys:
 * `aws.dynamodb.key` is what an instrumentation of the AWS SDK for .NET writes (as JSON), `.keys` of a batch ours to fill by a hook.
 */
const TABLE = ['aws.dynamodb.table_names', 'aws.table_name', 'db.collection.name'] as const;
const ITEM_KEY = ['aws.dynamodb.key', 'aws.dynamodb.keys'] as const;

/**
 * Ids that a caller is told, the service in between bears, and the function behind it is given. The service is known by its resource;
 * a call counts only where it is one of that service.
 */
const RELAYED: readonly Relayed[] = [
  {
    name: 'execution',
    ids: EXECUTION_ARN,
    asked: EXECUTION_ARN,
    isId: (id) => id.startsWith('arn:') && /:(?:execution|express|durable-execution)[:/]/.test(id),
    service: /^AWS::StepFunctions::/,
    called: /^/,
  },
  {
    name: 'gateway',
    // X-Ray's segment of a gateway: `aws.api_gateway.request_id`.
    ids: ['aws.api_gateway.request_id'],
    // Captured headers. https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/
    asked: ['http.response.header.x-amzn-requestid', 'http.response.header.apigw-requestid'],
    isId: () => true,
    service: /^AWS::ApiGateway/,
    called: /^/,
  },
  {
    name: 'lambda',
    ids: REQUEST_ID,
    // OpenTelemetry's name, that of its instrumentation for JavaScript (0.56), that of Datadog's tracer for Java, and the captured header.
    asked: ['aws.request_id', 'aws.request.id', 'aws.requestId', 'http.response.header.x-amzn-requestid'],
    isId: () => true,
    service: /^AWS::Lambda$/,
    called: /^AWS::Lambda(?:::Function)?$/,
  },
];

type Relayed = {
  readonly name: string;
  readonly ids: readonly string[];
  /** Where the caller finds it in the answer. */
  readonly asked: readonly string[];
  readonly isId: (id: string) => boolean;
  readonly service: RegExp;
  readonly called: RegExp;
};

/** No id has blanks; instrumentations write placeholders that do. */
const ID = /^\S{1,2048}$/;
/** A client that takes messages out of a queue is on the receiving side; one that deletes them is on neither. */
const RECEIVING = /receive|poll|process|deliver|getrecords/i;
const SETTLING = /delete|settle|ack|changemessagevisibility/i;

const NO_KEYS: JoinKeys = { offers: [], wants: [] };

export function joinKeysOf(span: Carrier): JoinKeys {
  if (!isCalling(span.spanKind)) return span.spanKind === 'internal' ? NO_KEYS : receivers(span);
  const keys = carried(span);
  const does = keys.length === 0 ? '' : `${span.operation} ${textOf(span, OPERATION)}`;
  if (SETTLING.test(does)) return NO_KEYS;
  if (span.spanKind === 'client' && RECEIVING.test(does)) return { offers: [], wants: keys.map((key) => [key]) };
  const offers = [...keys, ...asked(span)];
  return offers.length === 0 ? NO_KEYS : { offers, wants: [] };
}

const OPERATION = ['messaging.operation.type', 'messaging.operation.name', 'messaging.operation', 'rpc.method'] as const;
const textOf = ({ attributes }: Carrier, names: readonly string[]): string =>
  names.map((name) => attributes[name] ?? '').join(' ');

/** A join by such a key is a guess: others may have written the same item. */
export const messageKey = (id: string): string => `message ${id}`;

export const isGuess = (key: string): boolean => key.startsWith('item ');

/** Message ids and sequence numbers that a span bears, as `batchItemFailures` names them. */
export const itemIds = (attributes: Attributes): readonly string[] =>
  [...valuesOf(attributes, MESSAGE_ID), ...valuesOf(attributes, SEQUENCE_NUMBER)].map(
    (id) => SHARD_AND_NUMBER.exec(id)?.[2] ?? id,
  );

/** The same, of one key. */
export const itemIdOf = (key: string): string => key.slice(key.lastIndexOf(' ') + 1);

function receivers(span: Carrier): JoinKeys {
  const wants = carried(span).map((key) => [key]);
  const offers: string[] = [];
  for (const { name, ids, isId, service } of RELAYED) {
    const id = valuesOf(span.attributes, ids).find(isId);
    if (id === undefined) continue;
    const [front, behind] = [`${name} ${id}`, `${name}-behind ${id}`];
    const isService = service.test(span.resource ?? '');
    if (isService) offers.push(behind);
    wants.push(isService ? [front] : [behind, front]);
  }
  return wants.length === 0 ? NO_KEYS : { offers, wants };
}

function asked(span: Carrier): readonly string[] {
  return RELAYED.flatMap(({ name, asked: names, isId, called }) => {
    const told = valuesOf(span.attributes, names);
    if (told.length === 0 || !called.test(span.resource ?? '')) return NOTHING;
    return told.filter(isId).map((id) => `${name} ${id}`);
  });
}

/** Keys that a message, a record or an item carries from one side to the other. */
function carried({ attributes }: Carrier): readonly string[] {
  const ids = valuesOf(attributes, MESSAGE_ID);
  const numbers = valuesOf(attributes, SEQUENCE_NUMBER);
  const written = valuesOf(attributes, ITEM_KEY);
  if (ids.length + numbers.length + written.length === 0) return NOTHING;
  const shard = valuesOf(attributes, SHARD_ID)[0];
  const records = [...ids, ...numbers].flatMap((id) => {
    const [, ofShard, number] = SHARD_AND_NUMBER.exec(id) ?? [];
    if (ofShard !== undefined) return [`record ${ofShard}:${number}`];
    return shard !== undefined && numbers.includes(id) ? [`record ${shard}:${id}`] : [];
  });
  const tables = valuesOf(attributes, TABLE);
  const items = written.flatMap((item) => tables.map((table) => `item ${table}:${item}`));
  return [...new Set([...ids.map(messageKey), ...records, ...items])];
}

/** Every span that is kept passes here, and most say nothing: so without an allocation where there is nothing. */
function valuesOf(attributes: Attributes, names: readonly string[]): readonly string[] {
  let found: Set<string> | undefined;
  for (const name of names) {
    const value = attributes[name];
    if (value === undefined) continue;
    found ??= new Set();
    for (const text of textsIn(value)) {
      const id = text.replaceAll(' ', '');
      // Two addresses that were taken out look like one, and join nothing.
      if (ID.test(id) && !isRedacted(id)) found.add(id);
    }
  }
  return found === undefined ? NOTHING : [...found];
}

const NOTHING: readonly string[] = [];

/** One text or many; a list may have become JSON on its way, and the keys of an object stand in any order. */
function textsIn(value: AttributeValue | undefined): readonly string[] {
  if (value === undefined || typeof value === 'boolean') return [];
  if (typeof value !== 'string') return Array.isArray(value) ? value.filter((item) => !item.includes(' ')) : [String(value)];
  if (!/^[[{]/.test(value)) return value.includes(' ') ? [] : [value];
  try {
    const read: unknown = JSON.parse(value);
    return Array.isArray(read) ? read.map((item) => (typeof item === 'string' ? item : canonical(item))) : [canonical(read)];
  } catch {
    return [];
  }
}
