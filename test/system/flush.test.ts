import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { otlpSpan, traceRequest } from '../telemetry/samples.ts';
import { pressButton, roots, type SlackMessage } from '../world/local-slack-control.ts';
import { type Line, startLine } from './line.ts';

const CHANNEL = 'C0INCIDENTS';
const MAYA = { channel: CHANNEL, user: 'U0MAYA' };
let line: Line;
beforeAll(async () => {
  line = await startLine();
});
afterAll(async () => {
  await line.stop();
  expect(line.proxy.violations).toEqual([]);
});

const textOf = (message: SlackMessage): string => `${JSON.stringify(message.blocks)} ${message.text}`;
const rootsOf = async (word: string): Promise<readonly SlackMessage[]> =>
  (await roots(line.slack.url, CHANNEL)).filter((root) => textOf(root).includes(word));
/** The one root of that service, when it says all of these. */
const root = (service: string, ...words: readonly string[]): Promise<SlackMessage> =>
  eventually(
    async () => {
      const [one, ...more] = await rootsOf(service);
      if (one === undefined || more.length > 0) throw new Error(`${more.length + Number(one !== undefined)} roots of ${service}`);
      if (!words.every((word) => textOf(one).includes(word))) throw new Error(textOf(one));
      return one;
    },
    { withinMs: 60_000, what: `a root of ${service} that says ${words.join(', ')}` },
  );

async function failing(service: string): Promise<void> {
  const span = otlpSpan({
    ...{
      traceId: randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      parentSpanId: '',
      name: 'POST /orders',
    },
    ...{
      startTimeUnixNano: `${Date.now() - 50}000000`,
      endTimeUnixNano: `${Date.now()}000000`,
      status: { code: 2, message: 'declined' },
    },
  });
  const answer = await fetch(`${line.botUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer otlp-secret' },
    body: JSON.stringify(traceRequest([span], { 'service.name': service })),
  });
  expect(answer.status).toBe(200);
}

test('a running system whose Redis is emptied goes on in the threads that it has, and their buttons work', async () => {
  const [taken, over, open] = ['taken-api', 'over-api', 'open-api'] as const;
  for (const service of [taken, over, open]) await failing(service);
  const { ts } = await root(taken, 'Once');
  await pressButton(line.slack.url, { ...MAYA, ts, actionId: 'acknowledge' });
  await pressButton(line.slack.url, { ...MAYA, ts: (await root(over, 'Once')).ts, actionId: 'resolve' });
  await root(taken, 'Acknowledged by');
  await root(over, 'Resolved by');
  await root(open, 'Once');

  await line.open.prompt.flushdb();
  for (const service of [taken, open]) await failing(service);

  await root(taken, 'Acknowledged by', '<@U0MAYA>', 'At least 2 transactions');
  const untaken = await root(open, 'At least 2 transactions');
  await root(over, 'Resolved by', '<@U0MAYA>');
  await pressButton(line.slack.url, { ...MAYA, ts: untaken.ts, actionId: 'acknowledge' });
  await root(open, 'Acknowledged by');
  await failing(over);
  await root(over, 'is failing', 'At least 2 transactions');
}, 120_000);
