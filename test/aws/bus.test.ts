import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventBridgeBus } from '../../src/aws/bus.ts';
import { CALLING } from '../../src/aws/open-aws.ts';
import { micros } from '../../src/units.ts';
import { incident } from '../slack/samples.ts';
import { type AwsServer, awsServer } from '../world/aws-server.ts';

let aws: AwsServer;
beforeEach(async () => {
  aws = await awsServer();
});
afterEach(() => aws.close());

const bus = () =>
  eventBridgeBus(
    new EventBridgeClient({
      ...{ ...CALLING, endpoint: aws.url, region: 'eu-west-1', credentials: { accessKeyId: 'x', secretAccessKey: 'y' } },
    }),
    'ops',
  );
const AT = micros(1_785_830_304_000_000);
const told = incident({
  id: 'abc',
  state: 'acknowledged',
  log: [
    { at: AT, by: 'tracefall', what: 'opened', text: undefined },
    { at: AT, by: 'U0MAYA', what: 'acknowledged', text: undefined },
    { at: AT, by: 'U0MAYA', what: 'noted', text: 'the password is hunter2' },
  ],
});

test('tells one entry of the log, with the incident as it is now', async () => {
  aws.answers('PutEvents', { FailedEntryCount: 0, Entries: [{ EventId: '1' }] });

  await bus().tell(told, 1);

  const [entry] = (aws.calls[0]?.input['Entries'] ?? []) as Record<string, unknown>[]; // a list, or the test fails below
  expect(entry).toMatchObject({
    EventBusName: 'ops',
    Source: 'tracefall',
    DetailType: 'Tracefall Incident Change',
    Time: AT / 1e6,
  });
  expect(JSON.parse(String(entry?.['Detail']))).toMatchObject({
    ...{ version: 1, id: 'abc:1', change: { what: 'acknowledged', by: 'U0MAYA', at: '2026-08-04T07:58:24.000Z' } },
    incident: { id: 'abc', state: 'acknowledged', transaction: told.alert.transaction, traceId: told.alert.traceId },
  });
});

test('says that a note was written, and not what', async () => {
  aws.answers('PutEvents', { FailedEntryCount: 0, Entries: [{ EventId: '1' }] });

  await bus().tell(told, 2);

  const sent = JSON.stringify(aws.calls);
  expect(sent).toContain('annotated');
  expect(sent).not.toContain('hunter2');
});

test('tells nothing of an entry that is not there', async () => {
  await bus().tell(told, 3);

  expect(aws.calls).toEqual([]);
});

test('repeats when throttled, and throws when the entry was refused', async () => {
  aws.answers('PutEvents', 'throttled', {
    FailedEntryCount: 1,
    Entries: [{ ErrorCode: 'NotAuthorizedForSource', ErrorMessage: 'no' }],
  });

  await expect(bus().tell(told, 0)).rejects.toThrow('NotAuthorizedForSource');
  expect(aws.calls).toHaveLength(2);
});
