import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mapDrawn } from '../../src/map/map-drawn.ts';
import { observe } from '../../src/map/observe.ts';
import { parse } from '../../src/telemetry/parse.ts';
import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { aTrace, type SpanWords } from '../trace/records.ts';

const CORPUS = process.env['TRACEFALL_CORPUS'];

const observed = (records: readonly TelemetryRecord[]) => observe(assemble(records).transactions);

/** Each edge as `caller → callee calls×`, with what else is true of it. */
const edgesOf = (records: readonly TelemetryRecord[]): readonly string[] => {
  const { edges, places } = observed(records);
  const named = (id: string | undefined): string => {
    const place = places.find((one) => one.id === id);
    return place === undefined ? 'outside' : `${place.chip} ${place.name}`;
  };
  return edges
    .map(({ from, to, calls, errors, origins, async, inferred }) => {
      const failing = errors > 0 ? ` ${errors} failed, ${origins} here` : '';
      return `${named(from)} ${async ? '⇢' : '→'} ${named(to)} ${calls}×${failing}${inferred ? ' guessed' : ''}`;
    })
    .sort();
};

const ENTRY: SpanWords = { id: 'entry', service: 'api', attributes: { 'http.request.method': 'POST' }, to: 500 };
const recordsOf = (file: string): readonly TelemetryRecord[] => parse(readFileSync(file), file).records;
const recorded = (name: string): readonly TelemetryRecord[] => recordsOf(`test/cases/${name}.jsonl`);

describe('an edge', () => {
  test('of a call that its other side answered leads to that service and takes what the caller waited', () => {
    const records = aTrace(
      'one',
      ENTRY,
      { id: 'call', parent: 'entry', service: 'api', spanKind: 'client', from: 10, to: 90 },
      { id: 'serve', parent: 'call', service: 'pay', spanKind: 'server', from: 20, to: 80 },
    );

    expect(edgesOf(records)).toEqual(['API api → SRV pay 1×', 'outside → API api 1×']);
    expect(observed(records).edges.find(({ from }) => from !== undefined)).toMatchObject({ p50: 80_000, p95: 80_000 });
  });

  test.each([
    ['a table', { 'aws.dynamodb.table_names': ['orders'] }, 'AWS::DynamoDB::Table', 'DB orders'],
    [
      'a queue by its address',
      { 'aws.sqs.queue.url': 'https://sqs.eu-west-1.amazonaws.com/1/jobs' },
      'AWS::SQS::Queue',
      'SQS jobs',
    ],
    ['a topic by its ARN', { 'aws.sns.topic.arn': 'arn:aws:sns:eu-west-1:1:events' }, 'AWS::SNS::Topic', 'SNS events'],
    [
      'somebody else’s address',
      { 'url.full': 'https://u:p@api.stripe.com:443/v1?key=1', 'http.request.method': 'POST' },
      undefined,
      'HTTP api.stripe.com',
    ],
    ['a host', { 'server.address': 'psp.example', 'http.request.method': 'POST' }, undefined, 'HTTP psp.example'],
    [
      'an AWS service without a name of its own',
      { 'rpc.service': 'EventBridge', 'server.address': 'events.eu-west-1.amazonaws.com' },
      'AWS::Events::EventBus',
      'EB EventBridge',
    ],
    [
      'a database',
      { 'db.system.name': 'postgresql', 'db.namespace': 'shop', 'server.address': '10.0.0.1' },
      undefined,
      'DB shop',
    ],
  ])('of a call that nobody answered leads to %s', (_, attributes, resource, callee) => {
    const records = aTrace('one', ENTRY, {
      id: 'call',
      parent: 'entry',
      service: 'api',
      spanKind: 'client',
      attributes,
      resource,
    });

    expect(edgesOf(records)).toEqual([`API api → ${callee} 1×`, 'outside → API api 1×']);
  });

  test('of a call whose other side is a service of ours elsewhere in the window leads to that service', () => {
    const known = aTrace('one', { ...ENTRY, service: 'pay' });
    const lost = aTrace('two', ENTRY, {
      ...{ id: 'call', parent: 'entry', service: 'api', spanKind: 'client' as const },
      attributes: { 'peer.service': 'pay', 'http.request.method': 'POST' },
    });

    expect(edgesOf([...known, ...lost])).toEqual(['API api → API pay 1×', 'outside → API api 1×', 'outside → API pay 1×']);
  });

  test('of a call of itself leads back to itself', () => {
    const records = aTrace(
      'one',
      ENTRY,
      { id: 'call', parent: 'entry', service: 'api', spanKind: 'client', from: 10, to: 90 },
      { id: 'serve', parent: 'call', service: 'api', spanKind: 'server', from: 20, to: 80 },
    );

    expect(edgesOf(records)).toEqual(['API api → API api 1×', 'outside → API api 1×']);
  });

  test('what a service does inside is none', () => {
    expect(edgesOf(aTrace('one', ENTRY, { id: 'render', parent: 'entry', service: 'api' }))).toEqual(['outside → API api 1×']);
  });

  test('whose caller never came leads from nowhere, and not from the entry', () => {
    const records = aTrace('one', ENTRY, { id: 'lost', parent: 'never came', service: 'pay', spanKind: 'server' });

    expect(edgesOf(records)).toEqual(['outside → API api 1×']);
  });
});

describe('an asynchronous step', () => {
  const queue = { 'messaging.system': 'aws_sqs', 'messaging.destination.name': 'jobs' };
  const take: SpanWords = { id: 'take', service: 'work', spanKind: 'consumer', from: 900, to: 990, attributes: queue };

  test('takes as long as the message lay in its queue, and not as long as the work on it', () => {
    const send: SpanWords = {
      ...{ id: 'send', parent: 'entry', service: 'api', spanKind: 'producer', attributes: queue },
      ...{ from: 10, to: 20 },
    };
    const { edges } = observed(aTrace('one', ENTRY, send, { ...take, parent: 'send' }));

    expect(edges.filter(({ async }) => async)).toMatchObject([{ p50: 880_000, p95: 880_000 }]);
  });

  test('of a message that nobody was seen to send lay there nobody knows how long', () => {
    const { edges } = observed(aTrace('one', take));

    expect(edges.map(({ async, p95 }) => [async, p95])).toEqual([[true, undefined]]);
  });
});

describe('failures', () => {
  test('begin where no failing call further on explains them', () => {
    const records = aTrace(
      'one',
      { ...ENTRY, status: 'error' },
      { id: 'call', parent: 'entry', service: 'api', spanKind: 'client', from: 10, to: 90, status: 'error' },
      { id: 'serve', parent: 'call', service: 'pay', spanKind: 'server', from: 20, to: 80, status: 'error' },
      {
        id: 'psp',
        parent: 'serve',
        service: 'pay',
        spanKind: 'client',
        from: 30,
        to: 70,
        status: 'error',
        attributes: { 'peer.service': 'psp' },
      },
    );

    expect(edgesOf(records)).toEqual([
      'API api → SRV pay 1× 1 failed, 0 here',
      'SRV pay → OUT psp 1× 1 failed, 1 here',
      'outside → API api 1× 1 failed, 0 here',
    ]);
  });

  test('of a consumer do not explain those of its producer', () => {
    const queue = { 'messaging.system': 'aws_sqs', 'messaging.destination.name': 'jobs' };
    const records = aTrace(
      'one',
      { ...ENTRY, status: 'error' },
      { id: 'send', parent: 'entry', service: 'api', spanKind: 'producer', from: 10, to: 20, attributes: queue },
      {
        id: 'take',
        parent: 'send',
        service: 'work',
        spanKind: 'consumer',
        from: 900,
        to: 990,
        status: 'error',
        attributes: queue,
      },
    );

    expect(edgesOf(records)).toEqual([
      'API api → SQS jobs 1×',
      'SQS jobs ⇢ SQS work 1× 1 failed, 1 here',
      'outside → API api 1× 1 failed, 1 here',
    ]);
  });
});

describe('recordings', () => {
  test.each([
    [
      'sns-to-sqs',
      [
        'SNS orders ⇢ SQS billing 1×',
        'SNS orders ⇢ SQS indexing 1×',
        'SQS billing ⇢ λ bill-order 1×',
        'SQS indexing ⇢ λ index-order 1× 1 failed, 1 here',
        'outside → λ publish-order 1×',
        'λ publish-order → SNS orders 1×',
      ],
    ],
    [
      'dynamodb-stream',
      ['DB orders ⇢ λ project-order 1× 1 failed, 1 here guessed', 'outside → λ save-order 1×', 'λ save-order → DB orders 1×'],
    ],
    [
      'step-functions-retries',
      [
        'SFN payment → λ charge-card 3× 3 failed, 3 here',
        'outside → λ start-payment 1×',
        'λ start-payment → SFN payment 2× 1 failed, 0 here',
      ],
    ],
  ])('%s', (name, edges) => {
    expect(edgesOf(recorded(name))).toEqual(edges);
  });

  test.skipIf(CORPUS === undefined)('of X-Ray: its pictures of a service and the service are one place', () => {
    expect(edgesOf(recordsOf(join(CORPUS ?? '', 'xray/event_processing_app/trace.json')))).toEqual([
      'API dev-event-processing/dev → λ event-processing-dev-ingest 1×',
      'SNS format-state-change ⇢ λ event-processing-dev-format_state_change 1×',
      'outside → API dev-event-processing/dev 1×',
      'λ event-processing-dev-format_state_change → SQS EventIngestQueue 1×',
      'λ event-processing-dev-ingest → SNS format-state-change 1×',
    ]);
  });
});

test('a map does not depend on the order of its transactions, and counts what two maps count', () => {
  const all = ['sns-to-sqs', 'dynamodb-stream', 'eventbridge-fan-out', 'kinesis-batch', 'out-of-memory']
    .map(recorded)
    .flatMap((records) => assemble(records).transactions);
  const whole = observe(all);
  fc.assert(
    fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
      expect(observe(shuffled)).toEqual(whole);
    }),
    { numRuns: 20 },
  );
  const twice = observe([...all, ...all]);

  expect(twice.edges.map(({ calls }) => calls)).toEqual(whole.edges.map(({ calls }) => 2 * calls));
  expect(mapDrawn({ map: whole, window: undefined, about: undefined, focus: undefined })).toContain('╰⇢ λ project-order?');
});

test('of no transaction is empty', () => {
  expect(observe([])).toEqual({ places: [], edges: [], transactions: 0 });
});
