import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { type AwsDoor, receiveEvent, receiveFirehose } from '../../src/aws/receive.ts';
import { doorKeys } from '../../src/http/keys.ts';
import { pressure } from '../../src/http/pressure.ts';
import { redactor } from '../../src/redaction/redact.ts';
import type { Reject, TelemetryRecord } from '../../src/telemetry/record.ts';
import { WANTED } from './announced.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** A door on a port of its own, with what came through it. */
async function open(receive: typeof receiveEvent, overrides: Partial<AwsDoor> = {}) {
  const came: TelemetryRecord[] = [];
  const rejects: Reject[] = [];
  const statuses: number[] = [];
  const door: AwsDoor = {
    ...{ source: 'eventbridge', keys: doorKeys({ secrets: ['open sesame'] }) },
    ...{ accounts: new Set(['123456789012']), pressure: pressure(), redact: redactor().rejects },
    take: async (records) => {
      came.push(...records);
      return { stored: records.length, duplicates: 0, truncated: 0, unplaced: 0, shed: 0, suspects: [] };
    },
    settle: (_source, _entry, all) => void rejects.push(...all),
    onAnswer: (status) => statuses.push(status),
    ...overrides,
  };
  server = createServer((request, response) => void receive(door, request, response));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address
  return { came, rejects, statuses, port };
}

const [event = {}] = WANTED['state-machines'] ?? [];

describe('POST /aws/events', () => {
  const door = async (overrides: Partial<AwsDoor> = {}) => {
    const opened = await open(receiveEvent, overrides);
    const send = (body: string | Uint8Array, headers: Record<string, string> = { 'x-api-key': 'open sesame' }) =>
      fetch(`http://127.0.0.1:${opened.port}/aws/events`, { method: 'POST', headers, body });
    return { ...opened, send };
  };

  test('takes an event as EventBridge sends it', async () => {
    const { came, statuses, send } = await door();

    expect((await send(JSON.stringify(event))).status).toBe(200);

    expect(came).toMatchObject([{ kind: 'event', what: 'step-functions', status: 'FAILED' }]);
    expect(statuses).toEqual([200]);
  });

  test('tells neither the sender nor the log a secret of what it refuses', async () => {
    const { rejects, send } = await door();
    const answer = await send(JSON.stringify({ ...event, source: 'maya@example.com', 'detail-type': 'maya@example.com' }));

    expect(answer.status).toBe(400);
    const told = JSON.stringify([await answer.json(), rejects]);
    expect(told).toContain('[email]');
    expect(told).not.toContain('maya@');
  });

  test('turns away whoever does not show the key, before a byte of the body is read', async () => {
    const { came, port, send } = await door();
    for (const headers of [{}, { 'x-api-key': '' }, { 'x-api-key': 'open sesam' }])
      expect((await send('{}', headers)).status).toBe(401);

    // The body never comes, and the answer does.
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /aws/events HTTP/1.1\r\nhost: x\r\nx-api-key: wrong\r\ncontent-length: 1000000\r\n\r\n');
    const [answer] = await new Promise<Buffer[]>((resolve) => socket.once('data', (chunk) => resolve([chunk])));
    socket.destroy();

    expect(answer?.toString()).toContain('401');
    expect(came).toEqual([]);
  });

  test.each([
    ['an event of a foreign account', JSON.stringify({ ...event, account: '999999999999' }), 'foreign account "999999999999"'],
    [
      'an event that nobody asked for',
      JSON.stringify({ ...event, source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change Notification' }),
      'unknown event aws.ec2: EC2 Instance State-change Notification',
    ],
    ['no event', '{"hello":"world"}', 'expected a CloudWatch Logs payload or an EventBridge event'],
    ['no JSON', '{', 'not JSON'],
  ])('refuses %s by its name, and asks for no repetition', async (_what, body, reason) => {
    const { came, rejects, send } = await door();

    const answer = await send(body);

    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { message: string }).message).toContain(reason);
    expect(rejects).toMatchObject([{ reason: expect.stringContaining(reason) }]);
    expect(came).toEqual([]);
  });

  test('asks to send again when the records could not be stored, and under pressure', async () => {
    const away = await door({ take: () => Promise.reject(new Error('Redis is away')) });
    const unstored = await away.send(JSON.stringify(event));
    server?.close();
    const full = await door({ pressure: { enter: () => undefined } });
    const busy = await full.send(JSON.stringify(event));

    expect([unstored.status, busy.status]).toEqual([503, 429]);
    for (const answer of [unstored, busy]) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('POST /aws/firehose', () => {
  const ID = 'ed4acda5-034f-9f42-bba1-f29aea6d7d8f';
  const KEY = { 'x-amz-firehose-access-key': 'open sesame', 'x-amz-firehose-request-id': ID };
  const line =
    'REPORT RequestId: 8f507cfc-4697-4697-b07a-ac58fc914c95\tDuration: 3.00 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\tStatus: timeout';
  const payload = (owner = '123456789012', message = line) => ({
    ...{ messageType: 'DATA_MESSAGE', owner, logGroup: '/aws/lambda/orders', logStream: 'x', subscriptionFilters: ['f'] },
    logEvents: [{ id: '1', timestamp: 1785830305824, message }],
  });
  const gzipped = (value: object): Buffer => gzipSync(JSON.stringify(value));
  const request = (...records: readonly Buffer[]): string =>
    JSON.stringify({
      requestId: ID,
      timestamp: 1785830305824,
      records: records.map((data) => ({ data: data.toString('base64') })),
    });

  const door = async (overrides: Partial<AwsDoor> = {}) => {
    const opened = await open(receiveFirehose, overrides);
    const send = (body: string | Uint8Array, headers: Record<string, string> = KEY) =>
      fetch(`http://127.0.0.1:${opened.port}/aws/firehose`, { method: 'POST', headers, body });
    return { ...opened, send };
  };

  test('takes payloads, packed or not, in a gzipped request, and answers as Firehose demands', async () => {
    const { came, send } = await door();

    const answer = await send(gzipSync(request(gzipped(payload()), Buffer.from(JSON.stringify(payload())))), {
      ...KEY,
      'content-encoding': 'gzip',
    });

    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await answer.json()).toEqual({ requestId: ID, timestamp: expect.any(Number) });
    expect(came).toHaveLength(2);
  });

  test('takes what can be read, and counts the rest by name: a batch is not sent again for what nobody can read', async () => {
    const { came, rejects, send } = await door();

    const answer = await send(
      request(
        gzipped(payload()),
        gzipped(payload()).subarray(0, 40),
        gzipped(payload('999999999999')),
        Buffer.from('plain text'),
      ),
    );

    expect(answer.status).toBe(200);
    expect(came).toHaveLength(1);
    expect(rejects).toMatchObject([
      { where: 'records[1]', reason: expect.stringContaining('broken gzip') },
      { where: 'records[2]', reason: expect.stringContaining('foreign account') },
      { where: 'records[3]', reason: 'not JSON' },
    ]);
  });

  test('lets a batch pass of which nothing can be read, and says why', async () => {
    const { send } = await door();

    const answer = await send(request(Buffer.from('plain text')));

    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ requestId: ID, errorMessage: 'records[0]: not JSON' });
  });

  test('turns away a wrong key, and asks to send again what could not be stored', async () => {
    const { send } = await door({ take: () => Promise.reject(new Error('Redis is away')) });

    expect((await send(request(), { ...KEY, 'x-amz-firehose-access-key': 'x' })).status).toBe(401);
    expect((await send(request(gzipped(payload())))).status).toBe(503);
  });
});
