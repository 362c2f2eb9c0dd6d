import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { doctor } from '../../jobs/start-doctor.ts';
import { freePort } from '../../src/local/free-port.ts';
import { keys } from '../../src/redis/keys.ts';
import { redisOnce } from '../../src/redis/once.ts';
import { SCOPES } from '../../src/slack/manifest.ts';
import { signedReceiver } from '../../src/slack/receiver.ts';
import { WANTED } from '../aws/announced.ts';
import { type AwsServer, awsServer } from '../world/aws-server.ts';
import { testRedis, testRedisUrl } from '../world/redis.ts';
import { localSlack, type SlackServer } from '../world/slack-servers.ts';

const redis = testRedis();
let slack: SlackServer;
beforeAll(async () => {
  slack = await localSlack();
});
afterAll(() => slack.stop());

const CREDENTIALS = [
  ...['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE'],
  ...['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'],
];
beforeEach(() => {
  environment(Object.fromEntries(CREDENTIALS.map((name) => [name, ''])));
  environment({
    ...{ SLACK_BOT_TOKEN: slack.token, SLACK_SIGNING_SECRET: slack.signingSecret, SLACK_API_URL: slack.apiUrl },
    ...{ TRACEFALL_CHANNEL: slack.channel, REDIS_URL: testRedisUrl(), SLACK_APP_TOKEN: '' },
    ...{ TRACEFALL_CONFIG: '', TRACEFALL_RULES: '' },
  });
});
afterEach(() => vi.unstubAllEnvs());

function environment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

async function examined(address?: string): Promise<{ readonly code: number; readonly said: string }> {
  let said = '';
  const code = await doctor((text) => {
    said += text;
  }, address);
  return { code, said };
}

test('says from which channels nothing was read back when Redis had lost what it held', async () => {
  await redis().set(keys.whole, JSON.stringify({ at: 0, adopted: 3, unread: [{ channel: 'C0PAYMENTS', why: 'missing_scope' }] }));

  expect((await examined()).said).toContain('not read back from C0PAYMENTS: missing_scope');
});

test('finds nothing missing where everything is there', async () => {
  const { code, said } = await examined();

  expect(said).toContain('Nothing is missing.');
  expect(said.match(/✔/g)?.length).toBeGreaterThan(5);
  expect(code).toBe(0);
});

test('never prints a secret', async () => {
  environment({ SLACK_SIGNING_SECRET: 'unmistakable-secret', OTLP_TOKEN: 'another-unmistakable-secret' });

  expect((await examined()).said).not.toMatch(/unmistakable|xoxb-\w/);
});

describe('names what is missing and how to mend it:', () => {
  test.each<readonly [string, () => Promise<Readonly<Record<string, string>>>, string]>([
    [
      'a variable',
      async () => ({ TRACEFALL_CHANNEL: '' }),
      'TRACEFALL_CHANNEL: is missing\n    → in Slack, the name of the channel',
    ],
    ['a malformed variable', async () => ({ TRACEFALL_PULL: 'maybe' }), 'TRACEFALL_PULL: expected on or off'],
    [
      'a Redis that is away',
      async () => ({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` }),
      'does not answer\n    → check REDIS_URL',
    ],
    [
      'a rules file that is not there',
      async () => ({ TRACEFALL_CONFIG: 'no-such.yaml' }),
      "no such file or directory, open 'no-such.yaml'",
    ],
    [
      'each fault of the rules',
      async () => ({ TRACEFALL_RULES: 'rout: []\nstorm: { within: soon }' }),
      '✘ line 2: storm.within: expected a time',
    ],
    [
      'rules in two places',
      async () => ({ TRACEFALL_RULES: 'mute: []', TRACEFALL_CONFIG: 'x.yaml' }),
      'TRACEFALL_RULES: expected without',
    ],
  ])('%s', async (_what, change, expected) => {
    environment(await change());

    const { code, said } = await examined();

    expect(said).toContain(expected);
    expect(code).toBe(1);
  });

  test('a Redis that drops keys when it is full', async () => {
    await redis().config('SET', 'maxmemory-policy', 'allkeys-lru');

    const { code, said } = await examined();

    await redis().config('SET', 'maxmemory-policy', 'noeviction');
    expect(said).toContain('expected noeviction\n    → maxmemory-policy noeviction');
    expect(code).toBe(1);
  });
});

test('says which rules it found, and looks into every channel they lead to', async () => {
  environment({ TRACEFALL_RULES: 'routes: [{ when: { service: payment }, channel: C0PAYMENTS }]\nmute: [{ service: batch }]' });

  const { said } = await examined();

  expect(said).toContain('✔ TRACEFALL_RULES: 1 routes, 1 mutes, 0 thresholds, 0 quiet hours');
  for (const channel of [slack.channel, 'C0PAYMENTS']) expect(said).toContain(`✔ the bot is in the channel ${channel}`);
});

describe('told where the bot is reached,', () => {
  let doors: Server[] = [];
  afterEach(() => {
    for (const door of doors) door.close();
    doors = [];
  });
  async function serving(listener: RequestListener): Promise<string> {
    const door = createServer(listener);
    doors.push(door);
    door.listen(0, '127.0.0.1');
    await once(door, 'listening');
    return `http://127.0.0.1:${(door.address() as AddressInfo).port}`; // a TCP server's address
  }
  /** The bot's own door for Slack. */
  const bot = (secret: string): Promise<string> => {
    const report = { refused: () => undefined, failed: () => undefined };
    return serving(signedReceiver({ secrets: [secret], once: redisOnce(redis(), 60) }, report).listener);
  };

  test('finds the bot by what it answers to a signed question', async () => {
    const { said } = await examined(await bot(slack.signingSecret));

    expect(said).toMatch(/✔ http:\/\/127\.0\.0\.1:\d+\/slack\/events answers what this signing secret has signed, in \d+ ms/);
  });

  test.each([
    ['runs with another secret', () => bot('another'), /answered 401: expected 200 and the challenge\s+→ it runs with another/],
    [
      'is something else',
      () => serving((_request, response) => void response.writeHead(404).end()),
      /answered 404.*\s+→ something else/,
    ],
    [
      'says 200 to everything',
      () => serving((_request, response) => void response.end('hello')),
      /answered 200: expected 200 and the/,
    ],
    ['is away', async () => `http://127.0.0.1:${await freePort()}`, /is out of reach: .*ECONNREFUSED/],
    ['is no address', async () => 'bot.example.com', /bot\.example\.com is no URL/],
  ])('and that whoever %s is not it', async (_what, address, expected) => {
    const { code, said } = await examined(await address());

    expect(said).toMatch(expected);
    expect(code).toBe(1);
  });
});

describe('asks Slack itself about', () => {
  let server: Server;
  afterEach(() => server.close());

  /** A Slack that answers as the test wants: the ones made by others know neither wrong tokens nor scopes. */
  async function slackSays(answers: Readonly<Record<string, object>>, scopes: string): Promise<void> {
    server = createServer((request, response) => {
      const method = request.url?.split('/').at(-1) ?? '';
      response.writeHead(200, { 'content-type': 'application/json', 'x-oauth-scopes': scopes });
      response.end(JSON.stringify(answers[method] ?? { ok: true, team: 'Acme', user: 'tracefall' }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // a TCP server's address
    environment({ SLACK_API_URL: `http://127.0.0.1:${port}/api/` });
  }
  const ALL = SCOPES.join(',');

  test('scopes', async () => {
    await slackSays({}, ALL);
    expect((await examined()).said).toContain('every scope is granted: chat:write');
    server.close();
    await slackSays({}, SCOPES.filter((scope) => scope !== 'files:write').join(','));

    const { code, said } = await examined();

    expect(said).toContain('the scope files:write is not granted\n    → add it under OAuth & Permissions');
    expect(code).toBe(1);
  });

  test.each([
    ['the token', { 'auth.test': { ok: false, error: 'invalid_auth' } }, 'Slack does not take the token: invalid_auth'],
    [
      'the channel',
      { 'conversations.history': { ok: false, error: 'not_in_channel' } },
      'not_in_channel\n    → in the channel, type /invite',
    ],
    [
      'the app-level token',
      { 'apps.connections.open': { ok: false, error: 'not_allowed_token_type' } },
      'does not open Socket Mode with SLACK_APP_TOKEN: not_allowed_token_type\n    → switch Socket Mode on',
    ],
  ])('%s', async (_what, answers, expected) => {
    await slackSays(answers, ALL);
    environment({ SLACK_APP_TOKEN: 'xapp-1' });

    const { code, said } = await examined();

    expect(said).toContain(expected);
    expect(code).toBe(1);
  });
});

describe('in an account of AWS', () => {
  let aws: AwsServer;
  beforeEach(async () => {
    aws = await awsServer();
    environment({ AWS_ENDPOINT_URL: aws.url, AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y' });
    const identity = '<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/maya</Arn>';
    const response = `<GetCallerIdentityResult>${identity}</GetCallerIdentityResult>`;
    aws.answers('GetCallerIdentity', { xml: `<GetCallerIdentityResponse>${response}</GetCallerIdentityResponse>` });
    aws.answers('GetTraceSegmentDestination', { Destination: 'CloudWatchLogs', Status: 'ACTIVE' });
    const names = Object.keys(WANTED);
    aws.answers('ListRules', { Rules: names.map((name) => ({ Name: `tracefall-prod-${name}`, State: 'ENABLED' })) });
    const destinationArn = 'arn:aws:lambda:eu-west-1:123456789012:function:tracefall-prod-spans';
    aws.answers('DescribeSubscriptionFilters', { subscriptionFilters: [{ destinationArn }] });
    aws.answers('DescribeAccountPolicies', {
      accountPolicies: [{ policyName: 'tracefall-prod', policyDocument: '{"DestinationArn":"…:tracefall-prod-logs"}' }],
    });
  });
  afterEach(() => aws.close());

  test('finds what serverless.yml has deployed', async () => {
    const { code, said } = await examined();

    for (const line of [
      'account 123456789012 in eu-west-1, as arn:aws:iam::123456789012:user/maya',
      'Transaction Search is on: spans arrive in aws/spans',
      'aws/spans is subscribed by tracefall-prod-spans',
      'the logs of the account are subscribed (policy tracefall-prod)',
      'all 8 rules of EventBridge are enabled: invocations, ',
    ])
      expect(said).toContain(`✔ ${line}`);
    expect(code).toBe(0);
  });

  test.each<readonly [string, string, object, RegExp]>([
    [
      'a rule that is not enabled, and those that are not there',
      'ListRules',
      { Rules: [{ Name: 'tracefall-prod-alarms', State: 'DISABLED' }] },
      /rules of EventBridge: invocations \(not there\),.*alarms\s+\(disabled\).*expected 8\s+enabled\s+→ npm run build:functions/s,
    ],
    [
      'Transaction Search that is off',
      'GetTraceSegmentDestination',
      { Destination: 'XRay', Status: 'ACTIVE' },
      /off: traces go to XRay, expected CloudWatchLogs\s+→ .*aws xray update-trace-segment-destination/s,
    ],
    [
      'a log group without spans',
      'DescribeSubscriptionFilters',
      { error: 'ResourceNotFoundException' },
      /no log group aws\/spans/,
    ],
    [
      'somebody else who is subscribed',
      'DescribeSubscriptionFilters',
      { subscriptionFilters: [{ destinationArn: 'arn:aws:lambda:eu-west-1:123456789012:function:datadog' }] },
      /aws\/spans is subscribed by arn:aws:lambda:\S+:datadog: expected/,
    ],
    [
      'a credential that is refused',
      'GetCallerIdentity',
      { error: 'ExpiredToken' },
      /AWS does not take the credential: ExpiredToken/,
    ],
  ])('names %s', async (_what, operation, answer, expected) => {
    aws.answers(operation, { ...answer });

    const { code, said } = await examined();

    expect(said).toMatch(expected);
    expect(code).toBe(1);
  });

  test('says what it may not look at, what it would need, and goes on', async () => {
    aws.answers('ListRules', { error: 'AccessDeniedException' });

    const { code, said } = await examined();

    expect(said).toMatch(
      /not checked: the rules of EventBridge \(AccessDeniedException: .*\)\s+→ a credential that may events:ListRules/,
    );
    expect(code).toBe(0);
  });

  test('asks for a Region before it blames the credential', async () => {
    environment({
      AWS_REGION: '',
      AWS_DEFAULT_REGION: '',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    });

    expect((await examined()).said).toMatch(/✘ no Region is chosen\s+→ AWS_REGION/);
  });
});
