import type { Attributes, SpanKind } from './record.ts';
import { isServing } from './span-words.ts';

/** CloudFormation's name of the thing that an AWS API is about, by the service's name as SDKs spell it, without blanks and lower case. */
const BY_SERVICE: ReadonlyMap<string, string> = new Map([
  ['apigateway', 'AWS::ApiGateway::Stage'],
  ['athena', 'AWS::Athena::WorkGroup'],
  ['bedrock', 'AWS::Bedrock::Model'],
  ['bedrockruntime', 'AWS::Bedrock::Model'],
  ['cloudwatchevents', 'AWS::Events::EventBus'],
  ['cognitoidentityprovider', 'AWS::Cognito::UserPool'],
  ['dynamodb', 'AWS::DynamoDB::Table'],
  ['eventbridge', 'AWS::Events::EventBus'],
  ['firehose', 'AWS::KinesisFirehose::DeliveryStream'],
  ['kinesis', 'AWS::Kinesis::Stream'],
  ['kms', 'AWS::KMS::Key'],
  ['lambda', 'AWS::Lambda::Function'],
  ['s3', 'AWS::S3::Bucket'],
  ['secretsmanager', 'AWS::SecretsManager::Secret'],
  ['sfn', 'AWS::StepFunctions::StateMachine'],
  ['sns', 'AWS::SNS::Topic'],
  ['sqs', 'AWS::SQS::Queue'],
  ['ssm', 'AWS::SSM::Parameter'],
  ['states', 'AWS::StepFunctions::StateMachine'],
  ['stepfunctions', 'AWS::StepFunctions::StateMachine'],
]);

/** Attributes that only spans about that thing carry. https://opentelemetry.io/docs/specs/semconv/registry/attributes/aws/ */
const BY_ATTRIBUTE: readonly (readonly [attribute: string, resource: string])[] = [
  ['aws.dynamodb.table_names', 'AWS::DynamoDB::Table'],
  ['aws.kinesis.stream_name', 'AWS::Kinesis::Stream'],
  ['aws.s3.bucket', 'AWS::S3::Bucket'],
  ['aws.secretsmanager.secret.arn', 'AWS::SecretsManager::Secret'],
  ['aws.sns.topic.arn', 'AWS::SNS::Topic'],
  ['aws.sqs.queue.url', 'AWS::SQS::Queue'],
  ['aws.step_functions.state_machine.arn', 'AWS::StepFunctions::StateMachine'],
];

/** Where instrumentations put the ARN of the running function; `faas.id` is the older name of `cloud.resource_id`. */
const FUNCTION_ARN_IN = ['aws.lambda.invoked_arn', 'cloud.resource_id', 'faas.id'];
const FUNCTION_ARN = /^arn:aws[\w-]*:lambda:/;

/** `AWS::DynamoDB::Table`, and `AWS::Lambda`: X-Ray's word for the Lambda service, which is not the function. */
const CLOUDFORMATION = /^AWS::\w{1,64}(?:::\w{1,64})?$/;

/**
 * The kind of AWS thing that a span is about: the one called, for calls; the one running, for the handling of one.
 * undefined where its attributes leave it open.
 */
export function awsResource(attributes: Attributes, kind: SpanKind): string | undefined {
  const origin = word(attributes, 'aws.xray.origin') ?? word(attributes, 'aws.remote.resource.type');
  if (origin !== undefined && CLOUDFORMATION.test(origin)) return origin;
  if (isInvocation(attributes, kind)) return 'AWS::Lambda::Function';
  return calledByAttribute(attributes) ?? calledByName(attributes);
}

/** A function's own attributes stand on everything it sends: only the span that receives the event is the invocation. */
function isInvocation(attributes: Attributes, kind: SpanKind): boolean {
  if (!isServing(kind)) return false;
  if (attributes['cloud.platform'] === 'aws_lambda') return true;
  return FUNCTION_ARN_IN.some((key) => FUNCTION_ARN.test(word(attributes, key) ?? ''));
}

function calledByAttribute(attributes: Attributes): string | undefined {
  return BY_ATTRIBUTE.find(([attribute]) => attributes[attribute] !== undefined)?.[1];
}

function calledByName(attributes: Attributes): string | undefined {
  if (attributes['faas.invoked_provider'] === 'aws') return 'AWS::Lambda::Function';
  const names = [
    attributes['rpc.system'] === 'aws-api' ? word(attributes, 'rpc.service') : undefined,
    word(attributes, 'aws.remote.service')?.match(/^AWS::(.+)$/)?.[1],
    awsPart(word(attributes, 'messaging.system')),
    awsPart(word(attributes, 'db.system.name')),
    attributes['db.system'] === 'dynamodb' ? 'dynamodb' : undefined,
  ];
  return names.map((name) => resourceOfService(name)).find((resource) => resource !== undefined);
}

/** `aws_sqs`, `aws.dynamodb`, and `AmazonSQS` of older instrumentations. */
const awsPart = (system: string | undefined): string | undefined => system?.match(/^(?:aws[._]|Amazon)(.+)$/)?.[1];

/** From `S3`, `DynamoDB`, `Secrets Manager`, `StepFunctions`. */
export function resourceOfService(name: string | undefined): string | undefined {
  return name === undefined ? undefined : BY_SERVICE.get(name.replaceAll(' ', '').toLowerCase());
}

function word(attributes: Attributes, key: string): string | undefined {
  const value = attributes[key];
  return typeof value === 'string' ? value : undefined;
}
