import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Desk, type Outcome, takeIn } from '../http/desk.ts';
import { statusOf } from '../http/refusal.ts';
import { readWatchedJson, watchedJson } from '../telemetry/json.ts';
import { rejected } from '../telemetry/parsed.ts';
import type { Parsed } from '../telemetry/record.ts';
import { type Accounts, readDelivery } from './delivery.ts';
import { readFirehose } from './firehose.ts';

export type AwsDoor = Desk & {
  readonly accounts: Accounts;
  readonly onAnswer: (status: number) => void;
};

/**
 * `POST /aws/events`: an API destination of EventBridge, which sends again after 429 and 5xx and leaves what got another answer in the dead-letter
 * queue of its rule. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
 */
export async function receiveEvent(door: AwsDoor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const outcome = await received(door, request, 'x-api-key', (value) => readDelivery(value, door.accounts, 'body'));
  const why = whyOf(outcome);
  send(response, door, outcome, { ...(why !== undefined && { message: why }) });
}

/**
 * `POST /aws/firehose`: HTTP endpoint delivery of CloudWatch Logs. Firehose takes an answer for one only with the request's id and a time in
 * it; anything but 200 makes it send the whole batch again, so that a record nobody can read must not stand in the way of the others.
 * https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
 */
export async function receiveFirehose(door: AwsDoor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const header = 'x-amz-firehose-access-key';
  const outcome = await received(door, request, header, (value) => readFirehose(value, door.accounts));
  const requestId = String(request.headers['x-amz-firehose-request-id'] ?? '');
  const why = whyOf(outcome);
  const body = { requestId, timestamp: Date.now(), ...(why !== undefined && { errorMessage: why }) };
  const isHopeless = outcome.kind !== 'taken' && statusOf(outcome) === 400;
  send(response, door, isHopeless && requestId !== '' ? { kind: 'taken', rejects: [] } : outcome, body);
}

function received(door: AwsDoor, request: IncomingMessage, header: string, read: (value: unknown) => Parsed): Promise<Outcome> {
  return takeIn(door, request, {
    shown: request.headers[header],
    wrongKey: `${header}: not the key that is expected here`,
    watch: watchedJson(),
    read: (body) => {
      const json = readWatchedJson(body);
      return 'value' in json ? read(json.value) : rejected(json.why, 'body', json.kind);
    },
  });
}

const whyOf = (outcome: Outcome): string | undefined => (outcome.kind === 'taken' ? undefined : outcome.why);

function send(response: ServerResponse, door: AwsDoor, outcome: Outcome, body: object): void {
  const status = outcome.kind === 'taken' ? 200 : statusOf(outcome);
  if (outcome.kind !== 'taken' && outcome.againInS !== undefined) response.setHeader('retry-after', String(outcome.againInS));
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  door.onAnswer(status);
}
