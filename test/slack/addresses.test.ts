import { expect, test } from 'vitest';
import { isResponseAddress, isSlack, isUploadAddress } from '../../src/slack/addresses.ts';

const LOCAL = 'http://127.0.0.1:4003/api/';

test.each<[string, string | undefined, boolean]>([
  ['https://files.slack.com/upload/v1/abc', undefined, true],
  ['https://slack.com/upload', undefined, true],
  ['http://files.slack.com/upload', undefined, false],
  ['https://slack.com.evil.example/x', undefined, false],
  ['https://evilslack.com/x', undefined, false],
  ['https://files.slack.com@169.254.169.254/x', undefined, false],
  ['http://127.0.0.1:5555/upload/v1/abc', LOCAL, true],
  ['http://127.0.0.1:5555/upload/v1/abc', undefined, false],
  ['http://169.254.169.254/latest/meta-data', LOCAL, false],
  ['http://[::1]/x', LOCAL, false],
  ['http://slack.internal/x', 'https://slack.internal/api/', false],
  ['file:///etc/passwd', LOCAL, false],
  ['', LOCAL, false],
])('bytes may go to %s beside the API at %s: %s', (address, apiUrl, allowed) => {
  expect(isUploadAddress(address, apiUrl)).toBe(allowed);
});

test.each<[string, string | undefined, boolean]>([
  ['https://hooks.slack.com/commands/T0/1/x', undefined, true],
  ['https://files.slack.com/x', undefined, false],
  ['http://hooks.slack.com/commands/T0/1/x', undefined, false],
  ['http://127.0.0.1:5555/_hooks/response/1', LOCAL, true],
  ['http://localhost:5555/_hooks/response/1', LOCAL, false],
])('answers may go to %s beside the API at %s: %s', (address, apiUrl, allowed) => {
  expect(isResponseAddress(address, apiUrl)).toBe(allowed);
});

test.each<[string | undefined, boolean]>([
  [undefined, true],
  ['https://slack.com/api/', true],
  ['https://slack-gov.com/api/', true],
  [LOCAL, false],
  ['https://evilslack.com/api/', false],
])('%s is Slack itself: %s', (apiUrl, is) => {
  expect(isSlack(apiUrl)).toBe(is);
});
