import { attributes, type Entry } from './attributes.ts';
import { receivedIn } from './deliveries.ts';
import type { Attributes } from './record.ts';
import { type Fields, fields, isFields, list, text } from './shape.ts';
import { stackFramed } from './stack.ts';

type Place = {
  readonly isSegment: boolean;
  readonly truncated: boolean;
  /** What the run was given, as any part of its document tells. */
  readonly received: readonly Entry[];
};

/**
 * What a segment says beside names and times, by the names that `aws/spans` and OpenTelemetry have for it. Left out is
 * what X-Ray itself calls metadata beyond a few namespaces, for nobody reads it here.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
 */
export function segmentAttributes(said: Fields, place: Place): Attributes {
  const aws = fields(said['aws']);
  return attributes([
    place.isSegment ? place.received : [],
    xrayWords(said, place),
    httpWords(fields(said['http'])),
    sqlWords(fields(said['sql'])),
    awsWords(aws, place),
    stackFramed(list(fields(said['cause'])['exceptions'])[0]),
    ownWords(said),
    flattened(aws),
  ]);
}

function xrayWords(said: Fields, { isSegment, truncated }: Place): readonly Entry[] {
  const flags = ['fault', 'error', 'throttle', 'inferred'].map(
    (flag): Entry => [`aws.xray.${flag}`, said[flag] === true || undefined],
  );
  return [
    ...flags,
    ['aws.xray.inprogress', said['in_progress'] === true || undefined],
    ['aws.xray.limit_exceeded', truncated || undefined],
    ['aws.xray.origin', text(said['origin'])],
    ['aws.xray.namespace', text(said['namespace'])],
    ['aws.resource_arn', text(said['resource_arn'])],
    ['cloud.resource_id', isSegment ? text(said['resource_arn']) : undefined],
    ['service.version', text(fields(said['service'])['version'])],
    ['enduser.id', text(said['user'])],
  ];
}

function httpWords(http: Fields): readonly Entry[] {
  const [request, response] = [fields(http['request']), fields(http['response'])];
  return [
    ['http.request.method', text(request['method'])],
    ['url.full', text(request['url'])],
    ['user_agent.original', text(request['user_agent'])],
    ['client.address', text(request['client_ip'])],
    ['http.response.status_code', response['status']],
    ['http.response.body.size', response['content_length']],
  ];
}

const sqlWords = (sql: Fields): readonly Entry[] => [
  ['db.query.text', text(sql['sanitized_query'])],
  ['db.system.name', text(sql['database_type'])?.toLowerCase()],
];

/** OpenTelemetry's names for what joins spans to each other, and to the platform's word. https://opentelemetry.io/docs/specs/semconv/registry/attributes/aws/ */
function awsWords(aws: Fields, { isSegment }: Place): readonly Entry[] {
  const tables = [...list(aws['table_names']), aws['table_name']].filter((name) => text(name) !== undefined);
  const called: readonly Entry[] = [
    ['messaging.message.id', text(aws['message_id'])],
    ['faas.invoked_name', text(aws['function_name'])],
  ];
  return [
    ...(isSegment ? [['cloud.resource_id', text(aws['function_arn'])] as const] : called),
    ['aws.dynamodb.table_names', tables.length > 0 ? tables : undefined],
    ['aws.sqs.queue.url', text(aws['queue_url'])],
    ['aws.sns.topic.arn', text(aws['topic_arn'])],
    ['aws.s3.bucket', text(aws['bucket_name'])],
    ['aws.s3.key', text(aws['key'])],
    ['aws.kinesis.stream_name', text(aws['stream_name'])],
  ];
}

/** X-Ray keeps 50 annotations of a trace; metadata is not indexed and may be long. */
const METADATA_NAMESPACES = 4;

/** What code keeps in the metadata of its own part of a run, in namespaces: the event that the whole run was given may be among it. */
export const receivedInMetadata = (parts: readonly Fields[]): readonly Entry[] =>
  receivedIn(
    parts.flatMap(({ metadata }) =>
      Object.entries(fields(metadata))
        .slice(0, METADATA_NAMESPACES)
        .flatMap(([, values]) => Object.entries(fields(values))),
    ),
    'server',
  );

/** Annotations by their bare names, as in `aws/spans`. */
function ownWords(said: Fields): readonly Entry[] {
  const metadata = Object.entries(fields(said['metadata'])).slice(0, METADATA_NAMESPACES);
  return [
    ...Object.entries(fields(said['annotations'])),
    ...metadata.map(([namespace, value]): Entry => [`aws.xray.metadata.${namespace}`, value]),
  ];
}

/** `aws.region`, and `aws.api_gateway.stage`: objects one level deep. */
function flattened(aws: Fields): readonly Entry[] {
  return Object.entries(aws).flatMap(([key, value]): readonly Entry[] =>
    isFields(value) ? Object.entries(value).map(([inner, of]): Entry => [`aws.${key}.${inner}`, of]) : [[`aws.${key}`, value]],
  );
}
