import { describe, expect, test } from 'vitest';
import type { Span } from '../../src/trace/transaction.ts';
import { chipOf, nameOf, operationOf, waitName } from '../../src/waterfall/naming.ts';
import { type Sketch, transactionOf } from './transactions.ts';

function span(sketch: Partial<Sketch>): Span {
  const [only] = transactionOf([{ name: 'work', at: [0, 1], ...sketch }]).spans;
  if (only === undefined) throw new Error('a transaction of one sketch has one span');
  return only;
}

describe('the chip', () => {
  test.each<readonly [string, Partial<Sketch>]>([
    ['λ', { resource: 'AWS::Lambda::Function' }],
    ['λ', { kind: 'server', attributes: { 'faas.trigger': 'http' } }],
    ['λ', { init: [10, 20] }],
    ['API', { resource: 'AWS::ApiGatewayV2::Api' }],
    ['API', { kind: 'server', attributes: { 'http.request.method': 'GET' } }],
    ['HTTP', { kind: 'client', attributes: { 'http.method': 'GET' } }],
    ['SQS', { resource: 'AWS::SQS::Queue' }],
    ['SQS', { kind: 'producer', attributes: { 'messaging.system': 'aws_sqs' } }],
    ['SNS', { attributes: { 'rpc.service': 'SNS' } }],
    ['EB', { resource: 'AWS::Events::EventBus' }],
    ['DB', { attributes: { 'db.system.name': 'postgresql' } }],
    ['DB', { attributes: { 'rpc.service': 'DynamoDB', 'rpc.system': 'aws-api' } }],
    ['KV', { attributes: { 'db.system': 'redis' } }],
    ['S3', { resource: 'AWS::S3::Bucket' }],
    ['KDF', { resource: 'AWS::KinesisFirehose::DeliveryStream' }],
    ['KDS', { resource: 'AWS::Kinesis::Stream' }],
    ['SFN', { resource: 'AWS::StepFunctions::StateMachine' }],
    ['SFN', { resource: 'AWS::stepfunctions', kind: 'server' }],
    ['Q', { name: 'Dwell Time' }],
    ['Q', { name: 'QueueTime' }],
    ['TRY', { name: 'Attempt #2', kind: 'consumer' }],
    ['SRV', { kind: 'server' }],
    ['OUT', { kind: 'client' }],
    ['PUB', { kind: 'producer' }],
    ['SUB', { kind: 'consumer' }],
    ['fn', { kind: 'internal' }],
  ])('is %s for %j', (chip, sketch) => {
    expect(chipOf(span(sketch))).toBe(chip);
  });
});

describe('the name', () => {
  test.each([
    ['says where a bare method went', 'GET', { 'server.address': 'psp.example.com' }, 'GET psp.example.com'],
    [
      'takes host and path of a URL',
      'HTTP POST',
      { 'http.url': 'https://user:secret@psp.example.com:8443/v1/pay?token=secret#x' },
      'POST psp.example.com/v1/pay',
    ],
    ['leaves out an empty path', 'GET', { 'url.full': 'http://psp.example.com/' }, 'GET psp.example.com'],
    ['keeps a method that nobody explains', 'GET', {}, 'GET'],
    ['keeps what says enough', 'GET /orders', { 'server.address': 'x' }, 'GET /orders'],
  ])('%s', (_, name, attributes, expected) => {
    expect(operationOf(span({ name, attributes }))).toBe(expected);
  });

  test.each([
    ['checkout-fn', 'Invoke', { service: 'checkout-fn', operation: '' }],
    ['orders', 'orders handler', { service: '', operation: 'orders handler' }],
    ['shop', 'POST /pay', { service: 'shop', operation: 'POST /pay' }],
  ])('of %s doing %s says each thing once', (service, name, expected) => {
    expect(nameOf(span({ service, name }))).toEqual(expected);
  });
});

test.each([
  [['λ', 'SQS'], 'queue wait'],
  [['λ', 'KDS'], 'stream wait'],
  [['λ', 'SFN'], 'state wait'],
  [['λ', 'SNS'], 'wait'],
])('the time before %j is a %s', (through, name) => {
  expect(waitName(through)).toBe(name);
});
