import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type Lambda, lambda } from '../functions/lambda.ts';
import { replies, roots } from '../world/local-slack-control.ts';
import { testRedisUrl } from '../world/redis.ts';
import { type Line, startLine } from './line.ts';

let line: Line;
let events: Lambda;
beforeAll(async () => {
  [line, events] = await Promise.all([startLine(), lambda('events', { REDIS_URL: testRedisUrl() })]);
});
afterAll(() => Promise.all([line.stop(), events.stop()]));

/** As CloudTrail tells it. https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html */
const wentLive = (functionName: string, functionVersion: string, minutesAgo: number) => ({
  ...{ version: '0', id: '7bf73129-1428-4cd3-a780-95db273d1602', source: 'aws.lambda', account: '123456789012' },
  ...{ 'detail-type': 'AWS API Call via CloudTrail', region: 'eu-west-1', resources: [] },
  time: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
  detail: {
    ...{ eventVersion: '1.11', eventSource: 'lambda.amazonaws.com', eventName: 'UpdateAlias20150331', awsRegion: 'eu-west-1' },
    userIdentity: { type: 'AssumedRole', arn: 'arn:aws:sts::123456789012:assumed-role/deploy/ci' },
    eventTime: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
    ...{ readOnly: false, managementEvent: true, eventCategory: 'Management', recipientAccountId: '123456789012' },
    requestParameters: { functionName, name: 'live', functionVersion },
    responseElements: {
      aliasArn: `arn:aws:lambda:eu-west-1:123456789012:function:${functionName}:live`,
      ...{ name: 'live', functionVersion, description: '', revisionId: '1f2e' },
    },
  },
});

test('what CloudTrail tells of a deployment stands in the alert that follows', async () => {
  for (const event of [wentLive('payment-fn', '42', 4), wentLive('inventory-fn', '7', 1), wentLive('payment-fn', '41', 90)])
    expect(await events.invoke(event)).toMatchObject({ kind: 'returned' });

  line.shop.break('payment-declines');
  await line.shop.order();
  const root = await eventually(
    async () => (await roots(line.slack.url, 'C0INCIDENTS')).find((one) => JSON.stringify(one).includes('payment-fn')),
    { withinMs: 40_000, what: 'the root of the declined payment' },
  );
  const told = await eventually(
    async () => (await replies(line.slack.url, 'C0INCIDENTS', root.ts)).find((reply) => JSON.stringify(reply).includes('Began')),
    { withinMs: 40_000, what: 'the evidence in its thread' },
  );

  const said = JSON.stringify(told);
  expect(said).toMatch(/Began 4 min( \d+ s)? after version 42 of payment-fn went live/);
  expect(said).not.toMatch(/version (?:7|41) of/);
});
