import { gzipSync } from 'node:zlib';
import type { Source } from '../../src/ledger.ts';
import { WANTED } from '../aws/announced.ts';
import { randomInts } from '../random-ints.ts';
import { logsRequest, otlpSpan, payload, REQUEST, traceRequest } from '../telemetry/samples.ts';

/** One request, and what its sender knows of it. */
export type Mail = {
  readonly source: Source;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Spans, logs and events in it; a body that nobody can read is one. */
  readonly things: number;
  /** Trace and span ids of those that are whole. */
  readonly spans: readonly string[];
};

export const TOKENS = { otlp: 'otlp-canary-1', before: 'otlp-canary-2', events: 'events-canary', firehose: 'firehose-canary' };
export const ACCOUNT = '123456789012';

/** 40 MB of nothing. */
const BOMB = gzipSync(Buffer.alloc(40_000_000));

type Random = (below: number) => number;

const JSON_TYPE = { 'content-type': 'application/json' };
const hex = (n: number, length: number): string => (n + 1).toString(16).padStart(length, '0');

const otlp = (path: string, source: Source, token: string): Pick<Mail, 'path' | 'source' | 'headers'> => ({
  ...{ path, source },
  headers: { ...JSON_TYPE, authorization: `Bearer ${token}` },
});

/** Some spans of few traces, so that the same comes again; one in six is broken. */
function traces(random: Random): Mail {
  const spans: string[] = [];
  const all = Array.from({ length: random(8) }, () => {
    const ids = { traceId: hex(random(20), 32), spanId: hex(random(60), 16) };
    const status = random(9) === 0 ? { code: 2, message: 'it failed' } : {};
    if (random(6) === 0) return { ...otlpSpan({ ...ids, status }), [random(2) === 0 ? 'spanId' : 'startTimeUnixNano']: 'zz' };
    spans.push(`${ids.traceId} ${ids.spanId}`);
    return otlpSpan({ ...ids, status });
  });
  const body = JSON.stringify(traceRequest(all));
  const { headers, ...rest } = otlp('/v1/traces', 'otlp-traces', random(2) === 0 ? TOKENS.otlp : TOKENS.before);
  if (random(3) > 0) return { ...rest, headers, body, things: all.length, spans };
  return { ...rest, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(body), things: all.length, spans };
}

function logs(random: Random): Mail {
  const all = Array.from({ length: random(6) }, (_, n) => ({
    ...(random(2) === 0 && { traceId: hex(random(20), 32) }),
    ...(random(5) > 0 && { timeUnixNano: `178583030487700000${n}` }),
    body: { stringValue: random(4) === 0 ? `END RequestId: ${REQUEST}` : `line ${n}` },
  }));
  const body = JSON.stringify(logsRequest(all));
  return { ...otlp('/v1/logs', 'otlp-logs', TOKENS.otlp), body, things: all.length, spans: [] };
}

/** What nobody reads: each counts as one. */
function broken(random: Random): Mail {
  const whole = otlp('/v1/traces', 'otlp-traces', TOKENS.otlp);
  const text = JSON.stringify(traceRequest([otlpSpan()]));
  const as = (body: Mail['body'], headers: Mail['headers'] = {}): Mail => ({
    ...{ ...whole, body, things: 1, spans: [] },
    headers: { ...whole.headers, ...headers },
  });
  const gzip = { 'content-encoding': 'gzip' };
  const kinds = [
    () => as(text.slice(0, random(text.length - 1))),
    () => as(gzipSync(text).subarray(0, 10 + random(60)), gzip),
    () => as(BOMB, gzip),
    () => as('['.repeat(200 + random(2_000))),
    () => as(`{${'"k":1,'.repeat(10_001)}"z":1}`),
    () => as(text, { authorization: 'Bearer guessed' }),
    () => as(text, { 'content-type': 'text/plain' }),
    () => as(text, { 'content-encoding': 'br' }),
    () => as(Buffer.from([255, 255, random(256)]), { 'content-type': 'application/x-protobuf' }),
    () => as('{"hello":"world"}'),
  ];
  return kinds[random(kinds.length)]?.() ?? as('');
}

const [EVENT = {}] = WANTED['state-machines'] ?? [];

function events(random: Random): Mail {
  const kinds = [
    EVENT,
    { ...EVENT, id: hex(random(9), 8) },
    { ...EVENT, account: '999999999999' },
    { ...EVENT, source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change Notification' },
    { hello: 'world' },
  ];
  const body = JSON.stringify(kinds[random(kinds.length)]);
  return {
    ...{ source: 'eventbridge', path: '/aws/events', body, things: 1, spans: [] },
    headers: { ...JSON_TYPE, 'x-api-key': TOKENS.events },
  };
}

function firehose(random: Random): Mail {
  const lines = Array.from({ length: random(5) }, (_, n) => `REPORT RequestId: ${REQUEST}\tDuration: ${n}.00 ms`);
  const kinds = [
    { data: gzipSync(JSON.stringify({ ...payload(lines), owner: ACCOUNT })), things: lines.length },
    { data: gzipSync(JSON.stringify({ ...payload(lines), owner: '999999999999' })), things: 1 },
    { data: gzipSync(JSON.stringify(payload(lines))).subarray(0, 40), things: 1 },
    { data: BOMB, things: 1 },
    { data: Buffer.from('plain text'), things: 1 },
  ];
  const some = Array.from({ length: 1 + random(3) }, () => kinds[random(kinds.length)] ?? { data: Buffer.of(), things: 1 });
  return {
    ...{ source: 'firehose', path: '/aws/firehose', spans: [] },
    headers: { ...JSON_TYPE, 'x-amz-firehose-access-key': TOKENS.firehose, 'x-amz-firehose-request-id': hex(random(9), 8) },
    body: JSON.stringify({ requestId: 'r', timestamp: 1, records: some.map(({ data }) => ({ data: data.toString('base64') })) }),
    // Behind a bomb nothing of a body is unpacked any more.
    things: some.reduce((sum, { things }, at) => sum + (some.slice(0, at).some(isBomb) ? 1 : things), 0),
  };
}

const isBomb = ({ data }: { readonly data: Buffer }): boolean => data === BOMB;

/** Mail of every kind to every door, the same for the same seed. */
export function hostileMail(seed: number, count: number): readonly Mail[] {
  const random = randomInts(seed);
  const kinds = [traces, traces, traces, traces, logs, logs, broken, broken, events, firehose];
  return Array.from({ length: count }, () => (kinds[random(kinds.length)] ?? traces)(random));
}
