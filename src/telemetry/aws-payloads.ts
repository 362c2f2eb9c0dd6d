import { readCloudwatchPayload } from './cloudwatch-payload.ts';
import { traceIn } from './event-ids.ts';
import { arn, type Envelope, errorOf, eventRecord, eventTime, type Told, wordIfAny } from './event-parts.ts';
import { eventBridgeRecord, isEventBridge } from './eventbridge.ts';
import { alarm, alarmNotice, isInvocationRecord, lambdaDestination } from './eventbridge-status.ts';
import { jsonFields } from './json.ts';
import { joined, recordsOnly } from './parsed.ts';
import type { EventRecord, Parsed } from './record.ts';
import { type Fields, fields, finite, isFields, list, text } from './shape.ts';

/** EventBridge in SNS in SQS is three; nobody nests deeper on purpose. */
const WRAPPINGS = 5;

/** What services of AWS hand to a function, by keys that no other has together. The vaguest stand last. */
const FAMILIES: readonly (readonly [source: string, ...keys: string[]])[] = [
  ['aws:cloudwatch', 'alarmArn', 'alarmData'],
  ['aws:cloudwatch-dashboard', 'widgetContext'],
  ['aws:cloudformation', 'RequestType', 'LogicalResourceId'],
  ['aws:codedeploy', 'DeploymentId', 'LifecycleEventHookExecutionId'],
  ['aws:codepipeline', 'CodePipeline.job'],
  ['aws:cognito', 'userPoolId', 'triggerSource'],
  ['aws:connect', 'Name', 'Details'],
  ['aws:firehose', 'invocationId', 'deliveryStreamArn'],
  ['aws:s3-batch', 'invocationId', 'job', 'tasks'],
  ['aws:s3-object-lambda', 'getObjectContext', 'xAmzRequestId'],
  ['aws:secretsmanager', 'SecretId', 'ClientRequestToken', 'Step'],
  ['aws:config', 'configRuleArn', 'invokingEvent'],
  ['aws:bedrock', 'actionGroup', 'messageVersion'],
  ['aws:lex', 'currentIntent', 'bot'],
  ['aws:iot', 'clientId', 'thingName'],
  ['aws:appsync', 'arguments', 'identity', 'info'],
  ['aws:appsync', 'typeName', 'fieldName', 'arguments'],
  ['aws:appsync', 'isAuthorized', 'resolverContext'],
  ['aws:apigateway', 'methodArn', 'type'],
  ['aws:vpc-lattice', 'raw_path', 'method'],
  ['aws:sns', 'Type', 'TopicArn', 'Message'],
  ['aws:cloudwatch', 'AlarmName', 'NewStateValue'],
  ['aws:lambda', 'requestContext', 'responseContext'],
  ['aws:apigateway', 'requestContext'],
];

const familyOf = (value: Fields): string | undefined => FAMILIES.find(([, ...keys]) => keys.every((key) => key in value))?.[0];

/** Kafka and the brokers of Amazon MQ name themselves once for all of their messages. */
const isSource = (value: unknown): boolean => typeof value === 'string' && /^(?:aws:|SelfManagedKafka)/.test(value);
const sourceOf = (record: Fields): string | undefined => text(record['eventSource']) ?? text(record['EventSource']);
const isSourced = (record: unknown): boolean => isSource(sourceOf(fields(record)));

/** An event as Lambda hands it to a function, or as SNS and SQS hand it to anybody. */
export const isAwsPayload = (value: unknown): value is Fields =>
  isFields(value) &&
  (isSourced(value) || list(value['Records']).some(isSourced) || familyOf(value) !== undefined || isFirehose(value));

/** What Firehose sends to an HTTP endpoint. https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html */
const isFirehose = (value: Fields): boolean =>
  'requestId' in value && 'timestamp' in value && list(value['records']).some((each) => packedLogs(fields(each)) !== undefined);

/** One event a record of the payload, each unpacked as far as it is packed; log events where a stream carries those. */
export function readAwsPayload(value: Fields, where: string): Parsed {
  const records = list(value['Records']).map(fields);
  const logs = [...records, ...list(value['records']).map(fields)].map(packedLogs);
  if (logs.some((data) => data !== undefined)) {
    return joined(
      logs.map((data, n) =>
        data === undefined
          ? recordsOnly([delivered(records[n] ?? {})])
          : readCloudwatchPayload({ awslogs: { data } }, `${where}[${n}]`),
      ),
    );
  }
  return recordsOnly(records.length > 0 ? records.map(delivered) : [unpacked(value, value)]);
}

/**
 * A subscription to log groups may lead through Kinesis or Firehose: base64 of gzip, so it begins like this.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
function packedLogs(record: Fields): string | undefined {
  const data = text(fields(record['kinesis'])['data']) ?? text(record['data']);
  return data?.startsWith('H4sI') ? data : undefined;
}

/** One record that a queue, a topic, a stream or a bucket delivered. */
function delivered(record: Fields): EventRecord {
  if (sourceOf(record) !== 'aws:sqs') return unpacked(record, record);
  const inner = jsonFields(text(record['body']) ?? '');
  const event = inner && unpacked(inner, record);
  // A known event tells more than that it lies in a dead-letter queue.
  if (event && event.what !== 'unknown') return event;
  const dead = deadLetter(record);
  return dead
    ? eventRecord(envelopeOf(record, record), dead)
    : (event ?? eventRecord(envelopeOf(record, record), { what: 'unknown' }));
}

/**
 * A message that came out of a dead-letter queue: SQS says whose, and Lambda adds what its function died of.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
 */
function deadLetter(record: Fields): Told | undefined {
  const [system, own] = [fields(record['attributes']), fields(record['messageAttributes'])];
  const from = arn(system['DeadLetterQueueSourceArn']);
  const said = (name: string): string | undefined => wordIfAny(fields(own[name])['stringValue']);
  const requestId = said('ErrorCode') === undefined ? undefined : said('RequestID');
  if (from === undefined && requestId === undefined) return undefined;
  return {
    what: 'dead-letter',
    messageId: wordIfAny(record['messageId']),
    receiveCount: finite(system['ApproximateReceiveCount']),
    redrive: false,
    resource: from ?? arn(record['eventSourceARN']),
    requestId,
    outcome: 'failed',
    error: errorOf(said('ErrorCode'), said('ErrorMessage')),
  };
}

/** `outermost`: what the service delivered, for the ids and times that only it bears. */
function unpacked(payload: Fields, outermost: Fields): EventRecord {
  const value = innermost(payload);
  const known = announced(value);
  if (known) return { ...known, traceId: known.traceId ?? traceIn(outermost) };
  const record = list(value['Records']).map(fields)[0];
  return eventRecord(envelopeOf(record ?? value, outermost), { what: 'unknown' });
}

/** What lies in the messages of SNS, one in another. */
function innermost(payload: Fields): Fields {
  let value = payload;
  for (let wrapping = 0; wrapping < WRAPPINGS; wrapping++) {
    const next = jsonFields(text(value['Message']) ?? text(fields(value['Sns'])['Message']) ?? '');
    if (next === undefined) return value;
    value = next;
  }
  return value;
}

function announced(value: Fields): EventRecord | undefined {
  if (isEventBridge(value)) return eventBridgeRecord(value);
  if (isInvocationRecord(value)) return eventRecord(invocationEnvelope(value), lambdaDestination(invocationEnvelope(value)));
  if (isFields(value['alarmData'])) return eventRecord(alarmEnvelope(value), alarm(alarmEnvelope(value)));
  return text(value['AlarmName']) !== undefined && text(value['NewStateValue']) !== undefined ? notice(value) : undefined;
}

function notice(value: Fields): EventRecord {
  const envelope = { ...envelopeOf(value, value), at: eventTime(value['StateChangeTime']) };
  return eventRecord(envelope, alarmNotice(value));
}

const invocationEnvelope = (value: Fields): Envelope => ({
  ...envelopeOf(value, value),
  at: eventTime(value['timestamp']),
  detailType: 'Lambda Function Invocation Result',
  detail: value,
});

const alarmEnvelope = (value: Fields): Envelope => {
  const { alarmArn, alarmData } = value;
  return {
    ...envelopeOf(value, value),
    at: eventTime(value['time']),
    resources: [text(alarmArn) ?? ''],
    detail: fields(alarmData),
  };
};

function envelopeOf(value: Fields, whole: Fields): Envelope {
  const system = fields(whole['attributes']);
  const context = fields(value['requestContext']);
  return {
    id:
      text(whole['messageId']) ??
      text(fields(value['Sns'])['MessageId']) ??
      text(value['eventID']) ??
      text(value['MessageId']) ??
      text(context['requestId']) ??
      text(value['invocationId']) ??
      '',
    source: sourceOf(value) ?? sourceOf(whole) ?? familyOf(value) ?? '',
    detailType:
      text(value['eventName']) ?? text(value['triggerSource']) ?? text(value['RequestType']) ?? text(value['type']) ?? '',
    at:
      eventTime(value['eventTime'] ?? fields(value['Sns'])['Timestamp'] ?? value['Timestamp'] ?? context['requestTimeEpoch']) ??
      eventTime(finite(system['SentTimestamp'])),
    resources: [text(value['eventSourceARN']) ?? text(value['eventSourceArn']) ?? text(value['TopicArn'])].filter(
      (each) => each !== undefined,
    ),
    detail: {},
    whole,
  };
}
