import type { Attributes } from '../telemetry/record.ts';
import type { Span } from '../trace/transaction.ts';

/** Two or three letters that say what kind of thing a span is. */
export type Chip = string;

/** CloudFormation's resource types, by prefix. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference */
const BY_RESOURCE: readonly (readonly [prefix: string, chip: Chip])[] = [
  ['AWS::Lambda', 'λ'],
  ['AWS::ApiGateway', 'API'],
  ['AWS::AppSync', 'API'],
  ['AWS::SQS', 'SQS'],
  ['AWS::SNS', 'SNS'],
  ['AWS::Events', 'EB'],
  ['AWS::Pipes', 'EB'],
  ['AWS::Scheduler', 'EB'],
  ['AWS::DynamoDB', 'DB'],
  ['AWS::RDS', 'DB'],
  ['AWS::DSQL', 'DB'],
  ['AWS::DocDB', 'DB'],
  ['AWS::ElastiCache', 'KV'],
  ['AWS::S3', 'S3'],
  ['AWS::KinesisFirehose', 'KDF'],
  ['AWS::Kinesis', 'KDS'],
  ['AWS::StepFunctions', 'SFN'],
  ['AWS::SecretsManager', 'KEY'],
  ['AWS::SSM', 'KEY'],
  ['AWS::KMS', 'KEY'],
  ['AWS::ECS', 'ECS'],
  ['AWS::EC2', 'EC2'],
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
  const ofResource = BY_RESOURCE.find(([prefix]) => span.resource?.startsWith(prefix))?.[1];
  return ofResource ?? chipOfSystem(span) ?? chipOfProtocol(span);
}

function chipOfSystem({ attributes }: Span): Chip | undefined {
  for (const attribute of SYSTEM_ATTRIBUTES) {
    const system = attributes[attribute];
    const known = typeof system === 'string' ? BY_SYSTEM.get(system.toLowerCase()) : undefined;
    if (known !== undefined) return known;
  }
  return (attributes['db.system.name'] ?? attributes['db.system']) ? 'DB' : undefined;
}

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
