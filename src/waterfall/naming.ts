import type { Attributes } from '../telemetry/record.ts';
import { isAttempt } from '../trace/node.ts';
import type { Span } from '../trace/transaction.ts';

/** Two or three letters that say what kind of thing a span is. */
export type Chip = string;

/** CloudFormation's resource types by prefix, in lower case: X-Ray infers `AWS::stepfunctions`. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference */
const BY_RESOURCE: readonly (readonly [prefix: string, chip: Chip])[] = [
  ['aws::lambda', 'λ'],
  ['aws::apigateway', 'API'],
  ['aws::appsync', 'API'],
  ['aws::sqs', 'SQS'],
  ['aws::sns', 'SNS'],
  ['aws::events', 'EB'],
  ['aws::pipes', 'EB'],
  ['aws::scheduler', 'EB'],
  ['aws::dynamodb', 'DB'],
  ['aws::rds', 'DB'],
  ['aws::dsql', 'DB'],
  ['aws::docdb', 'DB'],
  ['aws::elasticache', 'KV'],
  ['aws::s3', 'S3'],
  ['aws::kinesisfirehose', 'KDF'],
  ['aws::kinesis', 'KDS'],
  ['aws::stepfunctions', 'SFN'],
  ['aws::secretsmanager', 'KEY'],
  ['aws::ssm', 'KEY'],
  ['aws::kms', 'KEY'],
  ['aws::ecs', 'ECS'],
  ['aws::ec2', 'EC2'],
];

/** `rpc.service` of the AWS SDK instrumentation and `messaging.system` of OpenTelemetry, in lower case. */
const BY_SYSTEM: ReadonlyMap<string, Chip> = new Map([
  ['lambda', 'λ'],
  ['sqs', 'SQS'],
  ['aws_sqs', 'SQS'],
  ['awssqs', 'SQS'],
  ['sns', 'SNS'],
  ['aws_sns', 'SNS'],
  ['eventbridge', 'EB'],
  ['aws_eventbridge', 'EB'],
  ['dynamodb', 'DB'],
  ['s3', 'S3'],
  ['kinesis', 'KDS'],
  ['aws_kinesis', 'KDS'],
  ['firehose', 'KDF'],
  ['sfn', 'SFN'],
  ['stepfunctions', 'SFN'],
  ['secretsmanager', 'KEY'],
  ['ssm', 'KEY'],
  ['kms', 'KEY'],
  ['redis', 'KV'],
  ['memcached', 'KV'],
  ['kafka', 'MQ'],
  ['rabbitmq', 'MQ'],
]);

/** Attributes that name a system, most telling first. https://opentelemetry.io/docs/specs/semconv/ */
const SYSTEM_ATTRIBUTES = ['rpc.service', 'messaging.system', 'db.system.name', 'db.system'] as const;

export function chipOf(span: Span): Chip {
  const type = span.resource?.toLowerCase();
  const ofResource = BY_RESOURCE.find(([prefix]) => type?.startsWith(prefix))?.[1];
  return ofResource ?? chipOfPlatform(span) ?? chipOfSystem(span) ?? chipOfProtocol(span);
}

/** What AWS draws as spans of its own: the time in a queue, and each try at an event. */
function chipOfPlatform(span: Span): Chip | undefined {
  if (isAttempt(span)) return 'TRY';
  return WAITS.test(span.operation) ? 'Q' : undefined;
}

function chipOfSystem({ attributes }: Span): Chip | undefined {
  for (const attribute of SYSTEM_ATTRIBUTES) {
    const system = attributes[attribute];
    const known = typeof system === 'string' ? BY_SYSTEM.get(system.toLowerCase()) : undefined;
    if (known !== undefined) return known;
  }
  return (attributes['db.system.name'] ?? attributes['db.system']) ? 'DB' : undefined;
}

const WAITS = /^(dwell|queue) ?time$/i;

const LAMBDA_ATTRIBUTES = ['faas.invocation_id', 'faas.trigger', 'faas.coldstart', 'faas.name'] as const;
const HTTP_ATTRIBUTES = ['http.request.method', 'http.method', 'url.full', 'http.url'] as const;

function chipOfProtocol({ attributes, invocation, kind }: Span): Chip {
  const has = (names: readonly string[]): boolean => names.some((name) => attributes[name] !== undefined);
  if (invocation !== undefined) return 'λ';
  if ((kind === 'server' || kind === 'consumer') && has(LAMBDA_ATTRIBUTES)) return 'λ';
  if (has(HTTP_ATTRIBUTES)) return kind === 'server' ? 'API' : 'HTTP';
  return BY_KIND[kind];
}

const BY_KIND: Readonly<Record<Span['kind'], Chip>> = {
  server: 'SRV',
  client: 'OUT',
  producer: 'PUB',
  consumer: 'SUB',
  internal: 'fn',
};

/** Operations that say nothing beside the name of their service. */
const GENERIC = /^(invoke|invocation|handler|handle|lambda|function|main|process)$/i;
const BARE_METHOD = /^(?:HTTP )?(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/;

/** Without the query: it may hold what nobody should read. */
const URL_PLACE = /^https?:\/\/(?:[^/@?#]*@)?([^/?#:]+)(?::\d+)?([^?#]*)/i;

/** What the span does, without its service: OpenTelemetry names HTTP calls by their bare method, which tells too little. */
export function operationOf({ operation, attributes }: Span): string {
  const method = BARE_METHOD.exec(operation)?.[1];
  const place = method === undefined ? undefined : placeOf(attributes);
  return place === undefined ? operation : `${method} ${place}`;
}

function placeOf(attributes: Attributes): string | undefined {
  const url = attributes['url.full'] ?? attributes['http.url'];
  const [, host, path = ''] = (typeof url === 'string' && URL_PLACE.exec(url)) || [];
  if (host !== undefined) return path === '/' ? host : `${host}${path}`;
  const names = ['http.route', 'server.address', 'net.peer.name', 'http.host'].map((name) => attributes[name]);
  return names.find((name) => typeof name === 'string' && name !== '')?.toString();
}

/** Whose it is and what it does; the service only once where the operation repeats it or says nothing. */
export function nameOf(span: Span): { readonly service: string; readonly operation: string } {
  const operation = operationOf(span);
  if (GENERIC.test(operation)) return { service: span.service, operation: '' };
  if (operation.toLowerCase().includes(span.service.toLowerCase())) return { service: '', operation };
  return { service: span.service, operation };
}

/** How the time before a span is called, from what it came through. */
export function waitName(through: readonly Chip[]): string {
  if (through.includes('SQS') || through.includes('MQ')) return 'queue wait';
  if (through.includes('KDS') || through.includes('DB')) return 'stream wait';
  if (through.includes('SFN')) return 'state wait';
  return 'wait';
}
