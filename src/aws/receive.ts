import type { IncomingMessage, ServerResponse } from 'node:http';
import { admits } from '../http/admits.ts';
import { readBody } from '../http/body.ts';
import { type Pressure, RETRY_AFTER_S } from '../http/pressure.ts';
import type { Redactor } from '../redaction/redact.ts';
import { readJson } from '../telemetry/json.ts';
import type { Parsed, Reject, TelemetryRecord } from '../telemetry/record.ts';
import { type Accounts, readDelivery } from './delivery.ts';
import { readFirehose } from './firehose.ts';

export type AwsDoor = {
  readonly key: string;
  readonly accounts: Accounts;
  readonly pressure: Pressure;
  /** Resolves when the records are safe. */
  readonly take: (records: readonly TelemetryRecord[]) => Promise<unknown>;
  /** What is told of them, to the sender and in the log, is their own text. */
  readonly redact: Redactor['rejects'];
  readonly onRejects: (rejects: readonly Reject[]) => void;
  readonly onAnswer: (status: number) => void;
};

type Answer = { readonly status: number; readonly why?: string };

/**
 * `POST /aws/events`: an API destination of EventBridge, which sends again after 429 and 5xx and leaves what got another answer in the dead-letter
 * queue of its rule. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
 */
export async function receiveEvent(door: AwsDoor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await received(door, request, {
    header: 'x-api-key',
    read: (value) => readDelivery(value, door.accounts, 'body'),
  });
  send(response, door, answer, { ...(answer.why !== undefined && { message: answer.why }) });
}

/**
 * `POST /aws/firehose`: HTTP endpoint delivery of CloudWatch Logs. Firehose takes an answer for one only with the request's id and a time in
 * it; anything but 200 makes it send the whole batch again, so that a record nobody can read must not stand in the way of the others.
 * https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
 */
export async function receiveFirehose(door: AwsDoor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const header = 'x-amz-firehose-access-key';
  const answer = await received(door, request, { header, read: (value) => readFirehose(value, door.accounts) });
  const requestId = String(request.headers['x-amz-firehose-request-id'] ?? '');
  const status = answer.status === 400 && requestId !== '' ? 200 : answer.status;
  send(
    response,
    door,
    { ...answer, status },
    { requestId, timestamp: Date.now(), ...(answer.why !== undefined && { errorMessage: answer.why }) },
  );
}

type Reading = { readonly header: string; readonly read: (value: unknown) => Parsed };

async function received(door: AwsDoor, request: IncomingMessage, { header, read }: Reading): Promise<Answer> {
  if (!admits(door.key, request.headers[header])) return { status: 401, why: `${header}: not the key that is expected here` };
  const leave = door.pressure.enter(request.headers);
  if (!leave) return { status: 429, why: 'too much at once: send it again a little later' };
  try {
    const body = await readBody(request);
    if (body.kind === 'refused') return refused(door, body);
    const json = readJson(body.bytes.toString('utf8'));
    if (!json) return refused(door, { status: 400, why: 'not JSON' });
    return await kept(door, read(json.value));
  } finally {
    leave();
  }
}

function refused(door: AwsDoor, { status, why }: { readonly status: number; readonly why: string }): Answer {
  door.onRejects([{ reason: why, where: 'body' }]);
  return { status, why };
}

async function kept(door: AwsDoor, { records, rejects: unread }: Parsed): Promise<Answer> {
  const rejects = door.redact(unread);
  if (rejects.length > 0) door.onRejects(rejects);
  if (records.length === 0)
    return rejects[0] ? { status: 400, why: `${rejects[0].where}: ${rejects[0].reason}` } : { status: 200 };
  try {
    await door.take(records);
  } catch {
    return { status: 503, why: 'the records could not be stored: send them again' };
  }
  return { status: 200 };
}

function send(response: ServerResponse, door: AwsDoor, { status }: Answer, body: object): void {
  if (status === 429 || status === 503) response.setHeader('retry-after', RETRY_AFTER_S);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  door.onAnswer(status);
}
