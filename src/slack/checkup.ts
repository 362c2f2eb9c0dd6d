import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import { z } from 'zod';
import { type Finding, good, missing, noted } from '../findings.ts';
import { isSlack } from './addresses.ts';
import { slackClients } from './client.ts';
import { SCOPES } from './manifest.ts';

export type SlackCheckup = {
  readonly token: string;
  readonly signingSecret: string | undefined;
  /** Set: Socket Mode. */
  readonly appToken: string | undefined;
  readonly apiUrl: string | undefined;
  /** All that the rules lead to. */
  readonly channels: readonly string[];
};

const Identity = z.object({
  team: z.string().default('a workspace'),
  user: z.string().default('the bot'),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});

/** Asks Slack, and changes nothing there. */
export async function checkSlack({
  token,
  signingSecret,
  appToken,
  apiUrl,
  channels,
}: SlackCheckup): Promise<readonly Finding[]> {
  const client = slackClients(token, apiUrl).interactive;
  const secret = [appToken === undefined ? checkSecret(signingSecret, apiUrl) : await checkSocket(appToken, apiUrl)];
  const identity = await asked(() => client.apiCall('auth.test'));
  if (identity.kind === 'refused') return [tokenFault(identity.why), ...secret];
  const { team, user, response_metadata } = Identity.parse(identity.answer);
  return [
    good(`the token is that of ${user} in ${team}`),
    ...checkScopes(response_metadata?.scopes),
    ...(await Promise.all(channels.map((channel) => checkChannel(client, channel)))),
    ...secret,
  ];
}

type Asked = { readonly kind: 'answered'; readonly answer: unknown } | { readonly kind: 'refused'; readonly why: string };

async function asked(call: () => Promise<unknown>): Promise<Asked> {
  try {
    return { kind: 'answered', answer: await call() };
  } catch (error) {
    const why = error instanceof WebAPIPlatformError ? String(error.data.error) : `no answer (${String(error)})`;
    return { kind: 'refused', why };
  }
}

const tokenFault = (why: string): Finding =>
  why.startsWith('no answer')
    ? missing(`Slack is out of reach: ${why}`, 'let this machine reach https://slack.com; SLACK_API_URL is for tests only')
    : missing(
        `Slack does not take the token: ${why}`,
        'copy "Bot User OAuth Token" from OAuth & Permissions of the app into SLACK_BOT_TOKEN',
      );

function checkScopes(granted: readonly string[] | undefined): readonly Finding[] {
  if (!granted) return [noted('Slack does not say which scopes the token has')];
  const lacking = SCOPES.filter((scope) => !granted.includes(scope));
  if (lacking.length === 0) return [good(`every scope is granted: ${SCOPES.join(', ')}`)];
  return lacking.map((scope) =>
    missing(`the scope ${scope} is not granted`, 'add it under OAuth & Permissions of the app, then reinstall the app'),
  );
}

async function checkChannel(client: WebClient, channel: string): Promise<Finding> {
  const history = await asked(() => client.apiCall('conversations.history', { channel, limit: 1 }));
  if (history.kind === 'answered') return good(`the bot is in the channel ${channel}`);
  return missing(
    `the channel ${channel} is out of reach: ${history.why}`,
    CHANNEL_MENDS[history.why] ?? `https://docs.slack.dev/reference/methods/conversations.history says what ${history.why} means`,
  );
}

const CHANNEL_MENDS: Readonly<Record<string, string>> = {
  not_in_channel: 'in the channel, type /invite @Tracefall',
  channel_not_found:
    'check TRACEFALL_CHANNEL (the id at the end of "About this channel"); a private one needs /invite @Tracefall first',
  is_archived: 'unarchive the channel, or name another in TRACEFALL_CHANNEL',
  missing_scope: 'grant channels:history and groups:history',
};

/** Only a request that Slack signs can prove it; what can be seen without one is whether it looks like one. */
function checkSecret(secret: string | undefined, apiUrl: string | undefined): Finding {
  if (!isSlack(apiUrl) || (secret !== undefined && /^[0-9a-f]{32}$/.test(secret)))
    return good('the signing secret has the right form; tracefall doctor URL proves it against the running bot');
  return missing(
    'SLACK_SIGNING_SECRET has another form: expected 32 hex digits',
    'copy "Signing Secret" from Basic Information of the app; the client secret beside it looks alike',
  );
}

/** Asks for the address of a connection and opens none. https://docs.slack.dev/reference/methods/apps.connections.open */
async function checkSocket(appToken: string, apiUrl: string | undefined): Promise<Finding> {
  const opened = await asked(() => slackClients(appToken, apiUrl).interactive.apiCall('apps.connections.open'));
  if (opened.kind === 'answered') return good('the app-level token opens Socket Mode');
  return missing(
    `Slack does not open Socket Mode with SLACK_APP_TOKEN: ${opened.why}`,
    'switch Socket Mode on in the app, and make a token with connections:write under Basic Information, "App-Level Tokens"',
  );
}
