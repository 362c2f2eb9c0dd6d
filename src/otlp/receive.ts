import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Desk, takeIn } from '../http/desk.ts';
import { statusOf } from '../http/refusal.ts';
import { type Encoding, otlpReader } from '../telemetry/otlp.ts';
import { accepted, refused } from './answers.ts';

export type OtlpDoor = Desk & {
  readonly signal: 'Spans' | 'LogRecords';
  readonly onAnswer: (status: number) => void;
};

/** `POST /v1/traces` and `POST /v1/logs` of OTLP/HTTP, JSON and protobuf, gzip. https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export async function receive(door: OtlpDoor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.once('finish', () => door.onAnswer(response.statusCode));
  const encoding = encodingOf(request.headers['content-type']);
  const outcome = await takeIn(door, request, {
    shown: request.headers.authorization,
    wrongKey: 'Authorization: expected "Bearer" and the token of OTLP_TOKEN',
    unfit: encoding ? undefined : UNKNOWN_TYPE,
    ...otlpReader(door.signal, encoding ?? 'json'),
  });
  if (outcome.kind === 'taken') {
    const [first] = outcome.rejects;
    const why = first ? `${first.where}: ${first.reason}` : '';
    return accepted(response, encoding ?? 'json', { signal: door.signal, count: outcome.rejects.length, why });
  }
  if (outcome.againInS !== undefined) response.setHeader('retry-after', String(outcome.againInS));
  return refused(response, encoding ?? 'json', { status: statusOf(outcome), why: outcome.why });
}

const UNKNOWN_TYPE = {
  kind: 'bad-content-type',
  why: 'Content-Type: expected application/json or application/x-protobuf',
} as const;

function encodingOf(contentType: string | undefined): Encoding | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return 'json';
  return type === 'application/x-protobuf' ? 'protobuf' : undefined;
}
