import { expect, test } from 'vitest';
import { awsResource } from '../../src/telemetry/aws-resource.ts';
import type { Attributes } from '../../src/telemetry/record.ts';

test.each<[Attributes, string]>([
  [{ 'rpc.system': 'aws-api', 'rpc.service': 'DynamoDB' }, 'AWS::DynamoDB::Table'],
  [{ 'rpc.system': 'aws-api', 'rpc.service': 'Secrets Manager' }, 'AWS::SecretsManager::Secret'],
  [{ 'db.system': 'dynamodb' }, 'AWS::DynamoDB::Table'],
  [{ 'db.system.name': 'aws.dynamodb' }, 'AWS::DynamoDB::Table'],
  [{ 'messaging.system': 'aws_sqs' }, 'AWS::SQS::Queue'],
  [{ 'messaging.system': 'AmazonSQS' }, 'AWS::SQS::Queue'],
  [{ 'messaging.system': 'aws.sns' }, 'AWS::SNS::Topic'],
  [{ 'aws.remote.service': 'AWS::S3' }, 'AWS::S3::Bucket'],
  [{ 'aws.remote.resource.type': 'AWS::Kinesis::Stream', 'aws.remote.service': 'AWS::S3' }, 'AWS::Kinesis::Stream'],
  [{ 'aws.dynamodb.table_names': ['orders'] }, 'AWS::DynamoDB::Table'],
  [{ 'aws.sqs.queue.url': 'https://sqs' }, 'AWS::SQS::Queue'],
  [{ 'faas.invoked_provider': 'aws', 'faas.invoked_name': 'orders' }, 'AWS::Lambda::Function'],
])('a call with %j is one of a %s', (attributes, resource) => {
  expect(awsResource(attributes, 'client')).toBe(resource);
});

test.each<Attributes>([
  { 'rpc.system': 'grpc', 'rpc.service': 'DynamoDB' },
  { 'rpc.system': 'aws-api', 'rpc.service': 'QuantumLedger' },
  { 'messaging.system': 'kafka' },
  { 'db.system': 'postgresql' },
  { 'cloud.platform': 'aws_lambda', 'http.url': 'https://api.example.com' },
  { 'aws.remote.resource.type': 'a table' },
  { 'faas.invoked_provider': 'azure' },
  {},
])('a call with %j leaves the resource open', (attributes) => {
  expect(awsResource(attributes, 'client')).toBeUndefined();
});

test.each<Attributes>([
  { 'cloud.platform': 'aws_lambda' },
  { 'faas.id': 'arn:aws:lambda:eu-west-1:123456789012:function:orders' },
  { 'cloud.resource_id': 'arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:orders' },
  { 'cloud.platform': 'aws_lambda', 'messaging.system': 'aws_sqs' },
])('what receives an event with %j is a function', (attributes) => {
  expect(awsResource(attributes, 'consumer')).toBe('AWS::Lambda::Function');
  expect(awsResource(attributes, 'server')).toBe('AWS::Lambda::Function');
});

test('a step inside a function is not the function', () => {
  expect(awsResource({ 'cloud.platform': 'aws_lambda' }, 'internal')).toBeUndefined();
});

test('X-Ray’s origin is taken at its word: the Lambda service is not the function', () => {
  expect(awsResource({ 'aws.xray.origin': 'AWS::Lambda', 'cloud.platform': 'aws_lambda' }, 'server')).toBe('AWS::Lambda');
  expect(awsResource({ 'aws.xray.origin': 'AWS::ApiGateway::Stage' }, 'server')).toBe('AWS::ApiGateway::Stage');
});
