import type { IncomingMessage, ServerResponse } from 'node:http';
import { admits } from '../http/admits.ts';
import { readBody } from '../http/body.ts';
import { type Pressure, RETRY_AFTER_S } from '../http/pressure.ts';
import type { Parsed, Reject, TelemetryRecord } from '../telemetry/record.ts';
import { accepted, type Encoding, refused } from './answers.ts';

export type OtlpDoor = {
  readonly signal: 'Spans' | 'LogRecords';
  /** undefined: anybody may send. */
  readonly token: string | undefined;
  readonly pressure: Pressure;
  readonly parse: (bytes: Uint8Array, encoding: Encoding) => Parsed;
  /** Resolves when the records are safe. */
  readonly take: (records: readonly TelemetryRecord[]) => Promise<unknown>;
  readonly onRejects: (rejects: readonly Reject[]) => void;
  readonly onAnswer: (status: number) => void;
};

/** `POST /v1/traces` and `POST /v1/logs` of OTLP/HTTP, JSON and protobuf, gzip. https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export async function receive(door: OtlpDoor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.once('finish', () => door.onAnswer(response.statusCode));
  const encoding = encodingOf(request.headers['content-type']);
  const refuse = (status: number, why: string) => refused(response, encoding ?? 'json', { status, why });
  if (door.token !== undefined && !admits(`Bearer ${door.token}`, request.headers.authorization))
    return refuse(401, 'Authorization: expected "Bearer" and the token of OTLP_TOKEN');
  if (!encoding) return refuse(415, 'Content-Type: expected application/json or application/x-protobuf');
  const leave = door.pressure.enter(request.headers);
  if (!leave) {
    response.setHeader('retry-after', RETRY_AFTER_S);
    return refuse(429, 'too much at once: send it again a little later');
  }
  try {
    const body = await readBody(request);
    if (body.kind === 'body') return await answer(door, door.parse(body.bytes, encoding), encoding, response);
    door.onRejects([{ reason: body.why, where: 'body' }]);
    return refuse(body.status, body.why);
  } finally {
    leave();
  }
}

async function answer(door: OtlpDoor, parsed: Parsed, encoding: Encoding, response: ServerResponse): Promise<void> {
  const { records, rejects } = parsed;
  door.onRejects(rejects);
  const why = rejects[0] ? `${rejects[0].where}: ${rejects[0].reason}` : '';
  if (records.length === 0 && rejects.length > 0) return refused(response, encoding, { status: 400, why });
  try {
    await door.take(records);
  } catch {
    response.setHeader('retry-after', RETRY_AFTER_S);
    return refused(response, encoding, { status: 503, why: 'the records could not be stored: send them again' });
  }
  return accepted(response, encoding, { signal: door.signal, count: rejects.length, why });
}

function encodingOf(contentType: string | undefined): Encoding | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return 'json';
  return type === 'application/x-protobuf' ? 'protobuf' : undefined;
}
