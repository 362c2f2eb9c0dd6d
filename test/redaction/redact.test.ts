import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactor } from '../../src/redaction/redact.ts';
import { NO_RULES, RedactionRules } from '../../src/redaction/rules.ts';
import { parse } from '../../src/telemetry/parse.ts';
import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { isThere, pathOf } from '../corpus/folder.ts';
import { bytes, onlySpan, otlpAttributes, otlpSpan, REQUEST, traceRequest } from '../telemetry/samples.ts';
import { cleanLines } from './clean-lines.ts';

const KEY = 'AKIAIOSFODNN7EXAMPLE';
const OTHER = 'AKIAI44QH8DHBEXAMPLE';
const { text, records, parsed } = redactor();

const spanWith = (attributes: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) =>
  onlySpan(
    parsed(parse(bytes(JSON.stringify(traceRequest([otlpSpan({ attributes: otlpAttributes(attributes), ...more })]))), 'FILE')),
  );

describe('of a span', () => {
  test('a secret goes from its name, its error, the names and values of its attributes', () => {
    const span = spanWith(
      { 'http.request.header.cookie': 'session=abc; theme=dark', [`key.${KEY}`]: 'x', 'db.statement': `SELECT '${KEY}'` },
      { name: `GET /users/maya@example.com`, status: { code: 2, message: 'password=hunter2 refused' } },
    );

    expect(span.operation).toBe('GET /users/[email]');
    expect(span.error?.message).toBe('password=[password] refused');
    expect(span.attributes).toEqual({
      'service.name': 'shop',
      'http.request.header.cookie': '[secret]',
      'key.[aws-key]': 'x',
      'db.statement': "SELECT '[aws-key]'",
    });
  });

  test('a value is judged by its name too, also where it is a number or what follows a flag', () => {
    const attributes = {
      'user.password': 'correct horse',
      'card.number': 4111111111111111,
      'smtp.pwd': 12345,
      'messages.count': 12345,
    };
    expect(spanWith(attributes).attributes).toMatchObject({
      'user.password': '[password]',
      'card.number': '[card]',
      'smtp.pwd': '[password]',
      'messages.count': 12345,
    });
    const [span] = records([{ ...spanWith({}), attributes: { args: ['psql', '--password', 'hunter2', '--host', 'db'] } }]);
    expect(span).toMatchObject({ attributes: { args: ['psql', '--password', '[password]', '--host', 'db'] } });
  });

  test('ids, names of resources and what joins transactions stay', () => {
    const ids = {
      'aws.request_id': REQUEST,
      'cloud.resource_id': 'arn:aws:lambda:eu-west-1:123456789012:function:orders:live',
      'messaging.message.id': '5fea7756-0ea4-451a-a703-a558b933e274',
      'aws.kinesis.sequence_number': '49590338271490256608559692538361571095921575989136588898',
      'aws.secretsmanager.secret.arn': 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-password-AbCdEf',
      'messaging.kafka.message.key': 'order-42',
      'gen_ai.usage.input_tokens': 4200,
      'aws.dynamodb.partition_key': 'customer',
    };
    expect(spanWith(ids).attributes).toEqual({ 'service.name': 'shop', ...ids });
  });
});

const log = (body: string, more = {}): TelemetryRecord => ({
  kind: 'log',
  ...{ traceId: undefined, spanId: undefined, requestId: REQUEST, service: 'orders', severity: 'info', body },
  ...{ at: 1 as never },
  ...more,
});
const bodies = (all: readonly TelemetryRecord[]) => records(all).map((record) => record.kind === 'log' && record.body);

describe('of several log lines', () => {
  test('a private key that was printed line by line goes from each of them', () => {
    const lines = [
      '-----BEGIN RSA PRIVATE KEY-----',
      'MIIEpAIBAAKCAQEA75',
      'C0fRzFc9QmWxkNxH==',
      '-----END RSA PRIVATE KEY-----',
      'ready',
    ];

    expect(bodies(lines.map((line) => log(line)))).toEqual([...Array.from({ length: 4 }, () => '[private-key]'), 'ready']);
  });

  test('a token that was broken in two goes from both', () => {
    expect(bodies([log('using AKIAIOSFOD'), log('other writer', { service: 'carts' }), log('NN7EXAMPLE now')])).toEqual([
      'using [aws-key]',
      'other writer',
      '[aws-key] now',
    ]);
  });
});

describe('the rules', () => {
  test('let a kind, an address or a name stay, and take out what they name', () => {
    const safe = redactor({
      ...NO_RULES,
      off: ['iban'],
      allow: ['@acme.example'],
      deny: ['Project Bluebird'],
      secretNames: ['customer.phone'],
      harmlessNames: ['csrf_token'],
    }).text;

    expect(safe('DE89370400440532013000')).toBe('DE89370400440532013000');
    expect(safe('ops@acme.example and maya@example.com')).toBe('ops@acme.example and [email]');
    expect(safe('about project bluebird')).toBe('about [denied]');
    expect(safe('customer.phone=030123456 csrf_token=abc123def')).toBe('customer.phone=[denied] csrf_token=abc123def');
  });

  test('refuse a denied text so short that every line would have it', () => {
    expect(RedactionRules.safeParse({ deny: ['a'] }).success).toBe(false);
    expect(RedactionRules.parse({})).toEqual(NO_RULES);
  });
});

describe('any text', () => {
  const any = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(
        fc.constantFrom(
          KEY,
          'password=',
          '"token":"',
          '\\',
          '"',
          '\n',
          '%41',
          '\\u0041',
          'eyJ',
          '.',
          '@',
          'a.io',
          '://',
          ':',
          '-----BEGIN PRIVATE KEY-----',
          '4111 1111 1111 1111',
          ' ',
          'Bearer ',
          '[email]',
          '&#65;',
        ),
        { maxLength: 25 },
      )
      .map((parts) => parts.join('')),
  );

  test('hides no key that stands in it, whatever stands around it', () => {
    fc.assert(
      fc.property(any, any, (before, after) => void expect(text(`${before} ${OTHER} ${after}`)).not.toContain(OTHER)),
      { numRuns: 3_000 },
    );
  });

  test('becomes the same text every time', () => {
    fc.assert(
      fc.property(any, (said) => void expect(redactor().text(said)).toBe(text(said))),
      { numRuns: 300 },
    );
  });
});

test('of 10,000 clean lines at most one in a hundred is changed', () => {
  expect(cleanLines(3, 10_000).filter((line) => text(line) !== line).length).toBeLessThanOrEqual(100);
});

describe.runIf(isThere('nezha'))('recorded telemetry', () => {
  /** Of one file: assembling is what takes the time here. */
  const ENOUGH = 1_000;
  const recorded = (folder: string) =>
    readdirSync(pathOf(folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && /\.(json|jsonl)(\.gz)?$/.test(entry.name))
      .map((entry) => parse(readFileSync(join(entry.parentPath, entry.name)), entry.name).records.slice(0, ENOUGH));

  test.each(['aws-spans', 'xray', 'lambda-logs', 'aws-events', 'crisp', 'nezha'])(
    'of %s makes the same transactions',
    (folder) => {
      for (const all of recorded(folder)) {
        expect(shapesOf(records(all))).toEqual(shapesOf(all));
      }
    },
  );
});

/** Which spans there are, under what, joined how and for how long. */
function shapesOf(all: readonly TelemetryRecord[]) {
  return assemble(all).transactions.map(({ spans, name, duration, start }) => ({
    name,
    start,
    duration,
    spans: spans.map(({ traceId, spanId, parentSpanId, join: joined, self, critical }) => ({
      traceId,
      spanId,
      parentSpanId,
      joined,
      self,
      critical,
    })),
  }));
}
