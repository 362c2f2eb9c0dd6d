import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { doctor } from '../../jobs/start-doctor.ts';
import { freePort } from '../../src/local/free-port.ts';
import { SCOPES } from '../../src/slack/manifest.ts';
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
  });
});
afterEach(() => vi.unstubAllEnvs());

function environment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

async function examined(): Promise<{ readonly code: number; readonly said: string }> {
  let said = '';
  const code = await doctor((text) => {
    said += text;
  });
  return { code, said };
}

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
  ])('%s', async (_what, answers, expected) => {
    await slackSays(answers, ALL);

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
    const names = [
      'invocations',
      'state-machines',
      'durable-executions',
      'alarms',
      'insights',
      'tasks',
      'function-changes',
      'deployments',
    ];
    aws.answers('ListRules', { Rules: names.map((name) => ({ Name: `tracefall-prod-${name}`, State: 'ENABLED' })) });
    const destinationArn = 'arn:aws:lambda:eu-west-1:123456789012:function:tracefall-prod-spans';
    aws.answers('DescribeSubscriptionFilters', { subscriptionFilters: [{ destinationArn }] });
    aws.answers('DescribeAccountPolicies', {
      accountPolicies: [{ policyDocument: '{"DestinationArn":"…:tracefall-prod-logs"}' }],
    });
  });
  afterEach(() => aws.close());

  test('finds what serverless.yml has deployed', async () => {
    const { code, said } = await examined();

    expect(said).toContain('account 123456789012, as arn:aws:iam::123456789012:user/maya');
    expect(said).toContain('all 8 rules of EventBridge are enabled');
    expect(said).toContain('aws/spans is subscribed');
    expect(code).toBe(0);
  });

  test('names a rule that is not enabled, and Transaction Search where it is off', async () => {
    aws.answers('ListRules', { Rules: [{ Name: 'tracefall-prod-alarms', State: 'DISABLED' }] });
    aws.answers('DescribeSubscriptionFilters', { error: 'ResourceNotFoundException' });

    const { code, said } = await examined();

    expect(said).toMatch(/rules of EventBridge: invocations, .*alarms/s);
    expect(said).toContain('→ aws xray update-trace-segment-destination --destination CloudWatchLogs');
    expect(code).toBe(1);
  });

  test('says what it may not look at, and goes on', async () => {
    aws.answers('ListRules', { error: 'AccessDeniedException' });

    const { code, said } = await examined();

    expect(said).toContain('not checked: AccessDeniedException');
    expect(code).toBe(0);
  });

  test('says that the credential is refused', async () => {
    aws.answers('GetCallerIdentity', { error: 'ExpiredToken' });

    const { code, said } = await examined();

    expect(said).toContain('AWS does not take the credential');
    expect(code).toBe(1);
  });
});
