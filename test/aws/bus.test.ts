import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventBridgeBus } from '../../src/aws/bus.ts';
import { CALLING } from '../../src/aws/open-aws.ts';
import type { LogEntry } from '../../src/incident/life.ts';
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
const entry = (by: string, what: LogEntry['what']): LogEntry => ({
  ...{ at: AT, by, what, from: 'open', to: 'open', text: undefined, message: undefined },
});
const told = incident({
  id: 'abc',
  life: { state: 'acknowledged', by: 'U0MAYA', at: AT, assignee: undefined, reopened: [] },
  log: [
    entry('tracefall', 'opened'),
    entry('U0MAYA', 'acknowledged'),
    { ...entry('U0MAYA', 'noted'), text: 'the password is hunter2' },
    entry('U0MAYA', 'assigned'),
    entry('tracefall', 'reopened'),
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

test('tells that it failed again as opened: the contract has no other word', async () => {
  aws.answers('PutEvents', { FailedEntryCount: 0, Entries: [{ EventId: '1' }] });

  await bus().tell(told, 4);

  expect(JSON.stringify(aws.calls)).toContain('\\"what\\":\\"opened\\"');
});

test('tells nothing of an entry that is not there, or that only the thread is about', async () => {
  await bus().tell(told, 5);
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
