import { isExecutionArn } from '../telemetry/event-ids.ts';
import type { Attributes } from '../telemetry/record.ts';
import { isCalling, isServing } from '../telemetry/span-words.ts';
import type { Span } from './transaction.ts';

/** Where instrumentations write Lambda's request id: OpenTelemetry's newer and older name, Serverless Console's, X-Ray's own. */
export const REQUEST_ID = ['faas.invocation_id', 'faas.execution', 'aws.lambda.request_id', 'aws.request_id'] as const;
const FUNCTION_NAME = ['faas.name', 'aws.lambda.function_name'] as const;
const FUNCTION_ARN = ['cloud.resource_id', 'faas.id', 'aws.lambda.invoked_arn', 'aws.resource_arn', 'faas.arn'] as const;
const CALLED_FUNCTION = [
  'faas.invoked_name',
  'aws.lambda.function_name',
  'aws.remote.resource.identifier',
  'aws.lambda.resource_mapping.id',
  'peer.service',
  'server.address',
  'aws.remote.service',
] as const;
const ARN_NAME = /:function:([^:]+)/;

const texts = (attributes: Attributes, names: readonly string[]): readonly string[] =>
  names.map((name) => attributes[name]).filter((value): value is string => typeof value === 'string' && value !== '');

export function requestIdOf(attributes: Attributes): string | undefined {
  for (const name of REQUEST_ID) {
    const value = attributes[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/**
 * X-Ray's own name for the execution of a state machine. OpenTelemetry has none: the second is of wrappers for Lambda in TypeScript,
 * the others are what AWS's conformance tests of durable executions look for.
 */
export const EXECUTION_ARN = [
  'aws.resource_arn',
  'aws.stepfunctions.execution_arn',
  'aws.lambda.durable_execution.arn',
  'durable.execution.arn',
] as const;

export const executionArnOf = (attributes: Attributes): string | undefined =>
  texts(attributes, EXECUTION_ARN).find((arn) => isExecutionArn(arn) || arn.includes(':durable-execution'));

/** `checkout` of `arn:aws:lambda:eu-west-1:123456789012:function:checkout:live`; any other text is a name already. */
export const functionName = (nameOrArn: string): string => ARN_NAME.exec(nameOrArn)?.[1] ?? nameOrArn;

/** Every name under which the span may be known as a function. */
export function namesOf(span: Span): ReadonlySet<string> {
  const arns = texts(span.attributes, FUNCTION_ARN).filter((arn) => ARN_NAME.test(arn));
  return new Set([span.service, span.operation, ...texts(span.attributes, FUNCTION_NAME), ...arns].map(functionName));
}

/** X-Ray draws the Lambda service and the function as two segments of one name; only the second is the run. */
export const isLambdaService = (span: Span): boolean => span.resource === 'AWS::Lambda';

export const isCaller = (span: Span): boolean => isCalling(span.kind);

/** Whether a span may be the run of a function itself. */
export const mayRun = (span: Span): boolean => !isCaller(span) && !isLambdaService(span);

export const isRun = (span: Span): boolean => span.resource === 'AWS::Lambda::Function' || isServing(span.kind);

/** Whether a call is one of that function, as far as its own words go. */
export function calls(span: Span, name: string): boolean {
  if (!isCaller(span)) return false;
  if (texts(span.attributes, CALLED_FUNCTION).some((said) => functionName(said) === name)) return true;
  return span.operation.split(/[\s/:]+/).includes(name);
}
