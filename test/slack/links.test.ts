import { describe, expect, test } from 'vitest';
import { unfurl } from '../../jobs/unfurl.ts';
import { linksIn } from '../../src/slack/links.ts';
import { UTC_TIMES } from '../../src/slack/times.ts';
import { unfurls } from '../../src/slack/unfurls.ts';
import { traceId } from '../../src/telemetry/ids.ts';
import { Unfurl } from '../../src/work.ts';
import { chatTwin } from '../world/chat-twin.ts';
import { violations } from '../world/slack-validator.ts';
import { resolved, TRACE, telling } from './samples.ts';

const XRAY = 'https://eu-west-1.console.aws.amazon.com/xray/home?region=eu-west-1#/traces/1-6b027f5f-4a1c22d09e6b7a3358c10f7d';
const ID = traceId('1-6b027f5f-4a1c22d09e6b7a3358c10f7d');
const ARN = 'arn:aws:states:eu-west-1:123456789012:execution:orders:4f7c9c7e-2a3b-4a55-9a35-6f5d2f0f2f11';

/** As Slack sends it. https://docs.slack.dev/reference/events/link_shared */
const shared = (urls: readonly string[], more: object = {}) => ({
  ...{ type: 'link_shared', channel: 'C0INCIDENTS', is_bot_user_member: true, user: 'U0MAYA', message_ts: '1795356128.000200' },
  ...{ unfurl_id: 'C0INCIDENTS-1795356128.000200-1', source: 'conversations_history', event_ts: '1.1' },
  ...{ links: urls.map((url) => ({ domain: 'console.aws.amazon.com', url })), ...more },
});

describe('a link into a console of AWS', () => {
  test.each([
    ['X-Ray', XRAY, { kind: 'trace', traceId: ID }],
    [
      'CloudWatch’s traces',
      'https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#xray:traces/1-6b027f5f-4a1c22d09e6b7a3358c10f7d?~(query~())',
      { kind: 'trace', traceId: ID },
    ],
    [
      'Logs Insights',
      'https://eu-west-1.console.aws.amazon.com/cloudwatch/home#logsV2:logs-insights$3FqueryDetail$3D~(editorString~%27filter*20*40requestId*20*3d*20*2279104EXAMPLEB723*22)',
      undefined,
    ],
    [
      'a log group, filtered by a request id',
      'https://eu-west-1.console.aws.amazon.com/cloudwatch/home#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fpay/log-events$3FfilterPattern$3D$25228f5c1b7e-0d0f-4d44-8a53-1de4a2b7a9c1$2522',
      { kind: 'request', requestId: '8f5c1b7e-0d0f-4d44-8a53-1de4a2b7a9c1' },
    ],
    [
      'an execution of Step Functions',
      `https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${ARN}`,
      { kind: 'request', requestId: ARN },
    ],
    ['nothing that we know of', 'https://console.aws.amazon.com/console/home', undefined],
  ])('to %s names its transaction', (_, url, question) => {
    expect(linksIn(shared([url]))?.links).toEqual(question && [{ url, question }]);
  });

  test.each([
    ['still being typed', { source: 'composer' }],
    ['where the bot is no member', { is_bot_user_member: false }],
    ['without a message', { message_ts: undefined }],
  ])('%s is left alone', (_, more) => {
    expect(linksIn(shared([XRAY], more))).toBeUndefined();
  });

  test('is one of three that a message explains', () => {
    expect(linksIn(shared([XRAY, XRAY, XRAY, XRAY]))?.links.length).toBe(3);
    expect(Unfurl.safeParse(linksIn(shared([XRAY]))).success).toBe(true);
  });
});

test('what is known is shown below the message, and what is not is left a link', async () => {
  const slack = chatTwin();
  const known = { telling: telling(), incident: resolved(), askedBy: undefined };
  const world = {
    chat: slack.chat,
    records: { traceOfId: async () => undefined },
    studio: { tell: async () => known.telling },
    incidents: { ofTrace: async () => known.incident },
  };
  const asked = linksIn(shared([XRAY, `https://console.aws.amazon.com/${ARN}`]));
  if (!asked) throw new Error('expected links');
  // The job touches no more of the world than this.
  await unfurl(asked, world as unknown as Parameters<typeof unfurl>[1]);

  expect([...slack.truth.unfurled]).toEqual([['1795356128.000200', [{ url: XRAY, told: known }]]]);
});

test('it says how it ended, where and why, and breaks no rule of Slack', () => {
  const told = { telling: telling(), incident: resolved({ thread: { channel: 'C0INCIDENTS', ts: '1795356128.000200' } }) };
  const shown = unfurls([{ url: XRAY, told: { ...told, askedBy: undefined } }], UTC_TIMES);

  expect(JSON.stringify(shown)).toMatch(
    /Failed.*Fails at `payments charge`.*Very likely.*checkout.*open its thread>.*\/trace 1-6b027f5f/s,
  );
  expect(violations('chat.unfurl', { channel: 'C0INCIDENTS', ts: '1795356128.000200', unfurls: shown })).toEqual([]);
  expect(TRACE).toBe(ID);
});
