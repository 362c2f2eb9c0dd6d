import { z } from 'zod';
import { slackFunctionConfig } from '../config.ts';
import { logger } from '../log.ts';
import { people } from '../people.ts';
import { promptConnection } from '../redis/connection.ts';
import { redisIncidents } from '../redis/incidents.ts';
import { redisQueue } from '../redis/queue.ts';
import { slackClients } from '../slack/client.ts';
import { takeCommands } from '../slack/commands.ts';
import { lightInteractions } from '../slack/interactions.ts';
import { takePresses } from '../slack/presses.ts';
import { isFresh, isSigned } from '../slack/signature.ts';
import { fromMillis } from '../units.ts';
import { within } from '../within.ts';

/** Slack waits three seconds; the rest is for the way. https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response */
const ANSWER_WITHIN_MS = 2_500;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html, format 2.0. Header names come in lower case. */
const HttpRequest = z.object({
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});

type HttpAnswer = { readonly statusCode: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

const log = logger();
const { redisUrl, botToken, signingSecret, apiUrl } = slackFunctionConfig();
const onError = (error: Error) => log.warn({ err: error }, 'Redis');
const redis = promptConnection(redisUrl, onError);
const world = { incidents: redisIncidents(redis, () => fromMillis(Date.now())), queue: redisQueue(redis, onError) };
const interactions = lightInteractions();
const desk = {
  app: interactions,
  client: slackClients(botToken.reveal(), apiUrl).interactive,
  apiUrl,
  on: people(world, {}),
  report: {
    refused: (why: string) => log.warn({ why }, 'refused'),
    failed: (error: unknown, doing: string) => log.error({ err: error, doing }, 'failed'),
  },
};
takePresses(desk);
takeCommands(desk, []);

/** HTTP API `POST /slack/events`: the same requests, and the same that follows from them, as at the bot's own door. */
export async function receive(event: unknown): Promise<HttpAnswer> {
  const { headers, body, isBase64Encoded } = HttpRequest.parse(event);
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  const stamp = headers['x-slack-request-timestamp'];
  if (!isFresh(stamp, Date.now())) return refuse('timestamp');
  if (!isSigned(headers['x-slack-signature'], { secret: signingSecret.reveal(), stamp, body: bytes })) return refuse('signature');
  return await answer(bytes.toString('utf8'));
}

function refuse(why: string): HttpAnswer {
  desk.report.refused(why);
  return { statusCode: 401 };
}

/** Where the work is not done in time, nothing is acknowledged: Slack then tells the person that it failed. */
async function answer(body: string): Promise<HttpAnswer> {
  try {
    const taken = await within(interactions.take(body), ANSWER_WITHIN_MS);
    if (!taken) return { statusCode: 404 };
    return { statusCode: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: taken.body };
  } catch (error) {
    desk.report.failed(error, 'a request of Slack');
    return { statusCode: 503 };
  }
}
