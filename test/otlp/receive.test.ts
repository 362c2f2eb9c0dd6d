import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import protobuf from 'protobufjs/minimal.js';
import { afterEach, expect, test } from 'vitest';
import { BODY_BYTES } from '../../src/http/body.ts';
import { doorKeys } from '../../src/http/keys.ts';
import { pressure } from '../../src/http/pressure.ts';
import type { Entry, Reason } from '../../src/ledger.ts';
import { type OtlpDoor, receive } from '../../src/otlp/receive.ts';
import type { Kept } from '../../src/ports.ts';
import type { Reject, TelemetryRecord } from '../../src/telemetry/record.ts';
import { eventually } from '../eventually.ts';

let server: Server | undefined;
afterEach(() => server?.close());

const JSON_TYPE = { 'content-type': 'application/json' };
const span = {
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  name: 'Invoke',
  kind: 2,
  startTimeUnixNano: '1795000000000000000',
  endTimeUnixNano: '1795000000250000000',
};
const request = (...spans: object[]) => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });

const keptAll = (stored: number): Kept => ({ stored, duplicates: 0, truncated: 0, unplaced: 0, shed: 0, suspects: [] });

/** A door on a port of its own, with what came through it. */
async function door(overrides: Partial<OtlpDoor> = {}) {
  const came: TelemetryRecord[] = [];
  const rejects: Reject[] = [];
  const entries: Entry[] = [];
  const whole: OtlpDoor = {
    ...{ signal: 'Spans', source: 'otlp-traces', keys: doorKeys({ secrets: [] }), pressure: pressure(), redact: (all) => all },
    take: async (records) => {
      came.push(...records);
      return keptAll(records.length);
    },
    settle: (_source, entry, all) => {
      entries.push(entry);
      rejects.push(...all);
    },
    onAnswer: () => undefined,
    ...overrides,
  };
  server = createServer((incoming, response) => void receive(whole, incoming, response));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address
  const send = (body: string | Uint8Array, headers: Record<string, string> = JSON_TYPE) =>
    fetch(`http://127.0.0.1:${port}/v1/traces`, { method: 'POST', headers, body });
  return { came, rejects, entries, send };
}

test('takes OTLP/JSON, plain and gzipped, and answers an empty object', async () => {
  const { came, send } = await door();

  const answers = [await send(request(span)), await send(gzipSync(request(span)), { ...JSON_TYPE, 'content-encoding': 'gzip' })];

  expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
  expect(await answers[0]?.json()).toEqual({});
  expect(came).toHaveLength(2);
});

test('says how many were rejected and why when only some could be read', async () => {
  const { came, rejects, send } = await door();

  const answer = await send(request(span, { ...span, spanId: 'zz' }));

  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringContaining('body[1]') },
  });
  expect(came).toHaveLength(1);
  expect(rejects).toHaveLength(1);
});

test.each<[string, string | Uint8Array, Record<string, string>, number, Reason]>([
  ['a body that is no JSON', '{', JSON_TYPE, 400, 'bad-json'],
  ['JSON that is nested too deep', '['.repeat(1_000), JSON_TYPE, 400, 'too-deep'],
  ['JSON of something else', '{"hello":"world"}', JSON_TYPE, 400, 'unknown-format'],
  ['bytes that are no protobuf', Uint8Array.of(255, 255, 255), { 'content-type': 'application/x-protobuf' }, 400, 'bad-protobuf'],
  ['a body that is not gzip though it says so', '{}', { ...JSON_TYPE, 'content-encoding': 'gzip' }, 400, 'bad-gzip'],
  ['an encoding nobody agreed on', '{}', { ...JSON_TYPE, 'content-encoding': 'br' }, 415, 'bad-encoding'],
  ['a content type nobody agreed on', '{}', { 'content-type': 'text/plain' }, 415, 'bad-content-type'],
  ['letters without end', 'x'.repeat(BODY_BYTES + 1), JSON_TYPE, 400, 'bad-json'],
  ['a body that is too large', `"${'x'.repeat(BODY_BYTES)}`, JSON_TYPE, 413, 'too-large'],
  [
    'a body that grows too large when unzipped',
    gzipSync(`"${'x'.repeat(BODY_BYTES)}`),
    { ...JSON_TYPE, 'content-encoding': 'gzip' },
    413,
    'too-large',
  ],
  [
    'bytes that are no JSON, from the first on',
    gzipSync(Buffer.alloc(50_000_000)),
    { ...JSON_TYPE, 'content-encoding': 'gzip' },
    400,
    'bad-json',
  ],
])('refuses %s, says why, and counts it by its name', async (_what, body, headers, status, reason) => {
  const { came, entries, send } = await door();

  const answer = await send(body, headers);

  expect(answer.status).toBe(status);
  expect((await answer.text()).length).toBeGreaterThan(10);
  expect(came).toEqual([]);
  expect(entries).toMatchObject([{ received: 1, stored: 0, rejected: { [reason]: 1 } }]);
});

test('answers protobuf in protobuf: nothing when all is well, a status with the reason when not', async () => {
  const { send } = await door();
  const protobufType = { 'content-type': 'application/x-protobuf' };

  const good = await send(new Uint8Array(), protobufType);
  const bad = await send(Uint8Array.of(255, 255, 255), protobufType);

  expect([good.status, (await good.arrayBuffer()).byteLength]).toEqual([200, 0]);
  expect(bad.status).toBe(400);
  const reader = protobuf.Reader.create(new Uint8Array(await bad.arrayBuffer()));
  expect(reader.uint32() >>> 3).toBe(2);
  expect(reader.string()).not.toBe('');
});

test('with a token set, turns away whoever does not show it, before anything is read', async () => {
  const { came, send } = await door({ keys: doorKeys({ secrets: ['Bearer open sesame', 'Bearer the one before'] }) });

  const without = await send(request(span));
  const wrong = await send(request(span), { ...JSON_TYPE, authorization: 'Bearer open sesam' });
  const right = await send(request(span), { ...JSON_TYPE, authorization: 'Bearer open sesame' });

  const before = await send(request(span), { ...JSON_TYPE, authorization: 'Bearer the one before' });

  expect([without.status, wrong.status, right.status, before.status]).toEqual([401, 401, 200, 200]);
  expect(came).toHaveLength(2);
});

test('asks the sender to send again when the records could not be stored', async () => {
  const { send } = await door({ take: () => Promise.reject(new Error('Redis is away')) });

  const answer = await send(request(span));

  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('under pressure asks to come again, but takes a single body of any size', async () => {
  let release = (): void => undefined;
  const held = new Promise<Kept>((resolve) => {
    release = () => resolve(keptAll(1));
  });
  const { send } = await door({ pressure: pressure(10), take: () => held });

  const first = send(request(span));
  const second = await eventually(async () => {
    const answer = await send('{}');
    return answer.status === 429 && answer;
  });
  release();

  expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await first).status).toBe(200);
});
