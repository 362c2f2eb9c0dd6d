import { z } from 'zod';
import { slackFunctionConfig } from '../config.ts';
import { logger } from '../log.ts';
import { people } from '../people.ts';
import { redactor } from '../redaction/redact.ts';
import { redisAskings } from '../redis/askings.ts';
import { promptConnection } from '../redis/connection.ts';
import { redisIncidents } from '../redis/incidents.ts';
import { redisOnce } from '../redis/once.ts';
import { redisQueue } from '../redis/queue.ts';
import { slackClients } from '../slack/client.ts';
import { takeCommands } from '../slack/commands.ts';
import { doorkeeper } from '../slack/doorkeeper.ts';
import { REMEMBERED_SECONDS } from '../slack/genuine.ts';
import { guestsOf } from '../slack/guests.ts';
import { takeHabits } from '../slack/habits.ts';
import { takeHome } from '../slack/home.ts';
import { lightInteractions } from '../slack/interactions.ts';
import { takeLinks } from '../slack/links.ts';
import { takePresses } from '../slack/presses.ts';
import { sealingClient, viewSeal } from '../slack/sealed-views.ts';
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
const { redisUrl, botToken, signingSecret, previousSecret, welcome, apiUrl } = slackFunctionConfig();
const secrets = [signingSecret.reveal(), ...(previousSecret ? [previousSecret.reveal()] : [])];
const onError = (error: Error) => log.warn({ err: error }, 'Redis');
const redis = promptConnection(redisUrl, onError);
const clock = () => fromMillis(Date.now());
const world = { clock, askings: redisAskings(redis), incidents: redisIncidents(redis, clock), queue: redisQueue(redis, onError) };
const report = {
  refused: (why: string) => log.warn({ why }, 'refused'),
  failed: (error: unknown, doing: string) => log.error({ err: error, doing }, 'failed'),
};
const examine = doorkeeper({ secrets, once: redisOnce(redis, REMEMBERED_SECONDS) });
const seal = viewSeal(secrets);
const { interactive, posting } = slackClients(botToken.reveal(), apiUrl);
const interactions = lightInteractions({ seal, welcome, isGuest: guestsOf(posting), apiUrl, report });
const desk = {
  app: interactions,
  client: sealingClient(interactive, seal),
  apiUrl,
  on: people(world, {}, redactor()),
  report,
};
takePresses(desk);
takeHabits(desk);
takeHome(desk);
takeLinks(desk);
takeCommands(desk, []);

/** HTTP API `POST /slack/events`: the same requests, and the same that follows from them, as at the bot's own door. */
export async function receive(event: unknown): Promise<HttpAnswer> {
  const { headers, body, isBase64Encoded } = HttpRequest.parse(event);
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  const { 'x-slack-request-timestamp': stamp, 'x-slack-signature': signature } = headers;
  const entry = await examine({ stamp, signature, body: bytes });
  if (entry.kind === 'let-in') return await answer(bytes.toString('utf8'));
  if (entry.kind === 'refused') report.refused(entry.why);
  return { statusCode: entry.status };
}

/** Where the work is not done in time, nothing is acknowledged: Slack then tells the person that it failed. */
async function answer(body: string): Promise<HttpAnswer> {
  try {
    const taken = await within(interactions.take(body), ANSWER_WITHIN_MS);
    if (!taken) return { statusCode: 404 };
    return { statusCode: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: taken.body };
  } catch (error) {
    report.failed(error, 'a request of Slack');
    return { statusCode: 503 };
  }
}
