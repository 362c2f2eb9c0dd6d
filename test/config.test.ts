import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { config, functionConfig, localConfig, slackConfig } from '../src/config.ts';

const whole = {
  SLACK_BOT_TOKEN: 'xoxb-canary-token',
  SLACK_SIGNING_SECRET: 'canary-secret',
  TRACEFALL_CHANNEL: 'C0INCIDENTS',
  REDIS_URL: 'rediss://:canary@redis.example:6379',
};

test('reads the environment once, with defaults', () => {
  const read = config({ ...whole, OTLP_TOKEN: '' });

  expect(read).toMatchObject({ port: 3_000, redisUrl: whole.REDIS_URL, otlpTokens: [], otlpRate: undefined });
  expect(read.slack).toMatchObject({ channel: 'C0INCIDENTS', apiUrl: undefined, appToken: undefined });
  expect(read.slack.botToken.reveal()).toBe('xoxb-canary-token');
  expect(Object.isFrozen(read)).toBe(true);
});

test('takes one secret of a door, or several while they change', () => {
  const { otlpTokens, aws } = config({ ...whole, OTLP_TOKEN: 'the-new-one, the-one-before', AWS_EVENTS_KEY: 'one' });

  expect(otlpTokens.map((token) => token.reveal())).toEqual(['the-new-one', 'the-one-before']);
  expect([aws.eventsKeys.length, aws.firehoseKeys.length]).toEqual([1, 0]);
});

test('prints no secret, however it is printed', () => {
  const { slack } = config(whole);

  expect(`${slack.botToken} ${JSON.stringify(slack)} ${inspect(slack, { showHidden: true })}`).not.toContain('canary');
});

test.each([
  [
    'everything',
    {},
    ['SLACK_BOT_TOKEN: is missing', 'SLACK_SIGNING_SECRET: is missing', 'TRACEFALL_CHANNEL: is missing', 'REDIS_URL: is missing'],
  ],
  ['a user token', { ...whole, SLACK_BOT_TOKEN: 'xoxp-canary' }, ['SLACK_BOT_TOKEN: expected a bot token: it begins with xoxb-']],
  [
    'a channel name',
    { ...whole, TRACEFALL_CHANNEL: '#incidents' },
    ['TRACEFALL_CHANNEL: expected a channel id like C0123456789, not a name'],
  ],
  [
    'rules in two places',
    { ...whole, TRACEFALL_CONFIG: 'rules.yaml', TRACEFALL_RULES: 'mute: []' },
    ['TRACEFALL_RULES: expected without TRACEFALL_CONFIG'],
  ],
  ['no Redis', { ...whole, REDIS_URL: 'http://canary' }, ['REDIS_URL: expected a URL']],
  ['an empty secret among several', { ...whole, OTLP_TOKEN: 'canary,' }, ['OTLP_TOKEN: expected one secret']],
  ['a rate that is none', { ...whole, OTLP_RATE: 'canary' }, ['OTLP_RATE: expected records a second']],
  ['a port that is none', { ...whole, PORT: 'abc' }, ['PORT: expected a port number']],
  ['two faults', { ...whole, PORT: '99999999', TRACEFALL_CHANNEL: 'x' }, ['PORT: ', 'TRACEFALL_CHANNEL: ']],
])('names every fault of %s and prints no value', (_what, environment, faults) => {
  expect(() => config(environment)).toThrow(
    expect.toSatisfy(({ message }: Error) => faults.every((fault) => message.includes(fault)) && !message.includes('canary')),
  );
});

test('reads whose requests are taken, and the secret before this one', () => {
  const { slack } = config({
    ...whole,
    SLACK_SIGNING_SECRET_PREVIOUS: 'the-one-before',
    TRACEFALL_WORKSPACES: 'T0ACME, T0SISTER',
    TRACEFALL_CHANNELS: 'C0INCIDENTS',
  });

  expect(slack.previousSecret?.reveal()).toBe('the-one-before');
  expect(slack.welcome).toEqual({
    workspaces: new Set(['T0ACME', 'T0SISTER']),
    enterprises: undefined,
    channels: new Set(['C0INCIDENTS']),
    guests: false,
  });
  expect(() => config({ ...whole, TRACEFALL_CHANNELS: '#incidents' })).toThrow('TRACEFALL_CHANNELS: expected ids');
});

test('in Socket Mode needs no signing secret', () => {
  const { SLACK_SIGNING_SECRET: _, ...others } = whole;

  expect(slackConfig({ ...others, SLACK_APP_TOKEN: 'xapp-1' }).signingSecret).toBeUndefined();
});

test('the local start needs nothing, and a function only Redis', () => {
  expect(localConfig({})).toMatchObject({ PORT: 3_000, TRACEFALL_DATA: '.tracefall' });
  expect(functionConfig({ REDIS_URL: 'redis://localhost:6379' })).toEqual({
    redisUrl: 'redis://localhost:6379',
    accounts: undefined,
  });
  expect(() => functionConfig({})).toThrow('REDIS_URL: is missing');
});

test('reads the accounts that may send, and refuses what is no list of accounts', () => {
  const read = functionConfig({ REDIS_URL: 'redis://localhost:6379', TRACEFALL_ACCOUNTS: '123456789012, 210987654321' });

  expect(read.accounts).toEqual(new Set(['123456789012', '210987654321']));
  expect(() => functionConfig({ REDIS_URL: 'redis://localhost:6379', TRACEFALL_ACCOUNTS: '12345' })).toThrow(
    'TRACEFALL_ACCOUNTS',
  );
});
