import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { traceId as knownTrace } from '../../src/telemetry/ids.ts';
import { eventually } from '../eventually.ts';
import {
  download,
  messages,
  openModal,
  pressButton,
  replies,
  roots,
  runCommand,
  type SlackMessage,
  say,
  submitModal,
} from '../world/local-slack-control.ts';
import { type Line, startLine } from './line.ts';

const CHANNEL = 'C0INCIDENTS';
const MAYA = { channel: CHANNEL, user: 'U0MAYA' };
const JONAS = { channel: CHANNEL, user: 'U0JONAS' };

let line: Line;
/** Of the first declined payment. */
let declined = '';
beforeAll(async () => {
  line = await startLine();
});
afterEach(() => {
  line.shop.mend();
  // Whatever a test made the bot post, Slack itself would have taken.
  expect(line.proxy.violations).toEqual([]);
});
afterAll(() => line.stop());

const rootsSaying = async (text: string): Promise<readonly SlackMessage[]> =>
  (await roots(line.slack.url, CHANNEL)).filter((root) => root.files === undefined && JSON.stringify(root).includes(text));
const textOf = (message: SlackMessage | undefined): string => JSON.stringify(message?.blocks) + message?.text;
const root = () =>
  eventually(async () => (await rootsSaying('failing in payment-fn'))[0], { what: 'the root of the declined payment' });
const pictureIn = (ts: string) =>
  eventually(async () => (await replies(line.slack.url, CHANNEL, ts)).flatMap(picturesOf)[0], {
    what: 'its picture',
  });

describe('a declined payment', () => {
  test('becomes one root and one picture in its thread, within 10 seconds', async () => {
    line.shop.break('payment-declines');
    const { status, traceId } = await line.shop.order();
    const failedAt = Date.now();
    declined = traceId;

    const { ts } = await root();
    const picture = await pictureIn(ts);

    expect(status).toBe(502);
    expect(Date.now() - failedAt).toBeLessThan(10_000);
    expect(await rootsSaying('failing in payment-fn')).toHaveLength(1);
    const png = await sharp(await download(picture, line.slack.botToken)).metadata();
    expect(png).toMatchObject({ format: 'png', width: 1_200 });
    expect(picture.alt_txt).toMatch(/^POST \/orders failed after .*card_declined/);
    const [reply] = await replies(line.slack.url, CHANNEL, ts);
    expect(reply?.text).toContain(`1-${traceId.slice(0, 8)}-${traceId.slice(8)}`);
  });

  test('twenty times is one root that says so', async () => {
    line.shop.break('payment-declines');
    for (let n = 1; n < 20; n++) await line.shop.order();

    const counted = await eventually(
      async () => {
        const all = await rootsSaying('POST /orders');
        const [root] = all.filter((one) => textOf(one).includes('20 transactions'));
        if (!root) throw new Error(`roots: ${all.map((one) => one.text).join(' / ')}`);
        return root;
      },
      { withinMs: 40_000, what: 'a count of 20' },
    );

    expect(textOf(counted)).toContain('failing in payment-fn');
    expect(await rootsSaying('failing in payment-fn')).toHaveLength(1);
    expect((await replies(line.slack.url, CHANNEL, counted.ts)).flatMap(picturesOf)).toHaveLength(1);
  });

  test('is acknowledged by a button: the root says who has it, and a second person is told so', async () => {
    const { ts } = await root();
    await pressButton(line.slack.url, { ...MAYA, ts, actionId: 'acknowledge' });
    const taken = await eventually(async () => (await rootsSaying('<@U0MAYA>'))[0], { what: 'the name of who acknowledged' });
    expect(textOf(taken)).not.toContain('"acknowledge"');

    const changed = await line.open.world.incidents.change(incidentIdIn(taken), { kind: 'acknowledge', by: JONAS.user });
    expect(changed.kind).toBe('refused');
  });

  test('keeps a note and shows it where the transaction is looked up', async () => {
    const { ts } = await root();
    await pressButton(line.slack.url, { ...JONAS, ts, actionId: 'annotate' });
    const modal = await eventually(() => openModal(line.slack.url), { what: 'the modal' });
    const input = inputOf(modal.blocks);
    expect(await submitModal(line.slack.url, { user: JONAS.user, values: written(input, '   ') })).toBeDefined();
    expect(
      await submitModal(line.slack.url, {
        user: JONAS.user,
        values: written(input, 'PSP had an incident, see their status page'),
      }),
    ).toBeUndefined();

    await eventually(async () => /1 note/.test(textOf((await rootsSaying('failing in payment-fn'))[0])), {
      what: 'the note on the root',
    });
    const incident = await line.open.world.incidents.read(incidentIdIn(await root()));
    await say(line.slack.url, { ...MAYA, text: 'note: rolled back too', thread_ts: ts });
    await eventually(async () => /2 notes/.test(textOf((await rootsSaying('failing in payment-fn'))[0])), {
      what: 'the reply kept as a note',
    });
    expect(incident?.log.at(-1)).toMatchObject({
      what: 'noted',
      by: 'U0JONAS',
      text: 'PSP had an incident, see their status page',
    });
  });

  test('is resolved by a button, and the same failure soon afterwards reopens it in its thread', async () => {
    const { ts } = await root();
    await pressButton(line.slack.url, { ...JONAS, ts, actionId: 'resolve' });
    await eventually(async () => /Resolved|resolved/.test(textOf((await rootsSaying('payment-fn'))[0])), {
      what: 'a resolved root',
    });

    line.shop.break('payment-declines');
    await line.shop.order();

    await eventually(async () => (await replies(line.slack.url, CHANNEL, ts)).some(({ text }) => text.includes('reopened')), {
      what: 'a reply that says so',
    });
    const told = (await replies(line.slack.url, CHANNEL, ts)).flatMap(({ text, files, bot_id }) =>
      files || !bot_id ? [] : [text],
    );
    expect(told.map((text) => text.replace(/^\S+ /, ''))).toEqual([
      '<@U0MAYA> acknowledged this',
      '<@U0JONAS>: PSP had an incident, see their status page',
      '<@U0JONAS> resolved this',
      'It fails again in version `3.7.0`: reopened',
    ]);
    expect(await rootsSaying('POST /orders')).toHaveLength(1);
  });
});

describe('/trace', () => {
  test('answers at once, then brings the picture with the notes', async () => {
    await runCommand(line.slack.url, { ...MAYA, command: '/trace', text: declined });

    const answer = await eventually(
      async () =>
        (await roots(line.slack.url, CHANNEL)).find((one) => one.files !== undefined && textOf(one).includes('POST /orders')),
      { what: 'a picture in the channel' },
    );

    expect(textOf(answer)).toContain('PSP had an incident');
    expect((await messages(line.slack.url, CHANNEL)).some((one) => one.text.startsWith('Looking for'))).toBe(true);
  });

  test('finds a transaction by the request id of a function in it', async () => {
    const { traceId } = await line.shop.order();
    const requestId = await eventually(async () => {
      const { records } = await line.open.world.records.read(knownTrace(traceId) ?? never());
      return records.find((record) => record.kind === 'invocation')?.requestId;
    });
    const before = (await roots(line.slack.url, CHANNEL)).length;
    await runCommand(line.slack.url, { ...MAYA, command: '/trace', text: requestId });

    await eventually(async () => (await roots(line.slack.url, CHANNEL)).slice(before).find((one) => one.files !== undefined), {
      what: 'a picture',
    });
  });

  test('map shows what called what in the last minutes, the message over the queue included', async () => {
    const { traceId } = await line.shop.order();
    await eventually(
      async () => {
        const { records } = await line.open.world.records.read(knownTrace(traceId) ?? never());
        return records.some((record) => record.kind === 'span' && record.service === 'fulfilment-fn');
      },
      { what: 'the order behind the queue' },
    );
    const before = (await roots(line.slack.url, CHANNEL)).length;
    await runCommand(line.slack.url, { ...MAYA, command: '/trace', text: 'map' });

    const map = await eventually(
      async () => (await roots(line.slack.url, CHANNEL)).slice(before).find((one) => one.files !== undefined),
      { what: 'a map in the channel' },
    );

    expect(map.text).toMatch(/payment-fn → .* fails .* of \d+ calls.*last 15 min · \d+ traces/s);
    const [picture] = picturesOf(map);
    expect(picture?.alt_txt).toMatch(/ ⇢ fulfilment-fn: /);
    expect(await sharp(await download(picture ?? never(), line.slack.botToken)).metadata()).toMatchObject({ format: 'png' });
  });

  test('says what it looked for, where, and what to try, when it finds nothing', async () => {
    await runCommand(line.slack.url, { ...MAYA, command: '/trace', text: 'deadbeef'.repeat(4) });

    await eventually(
      async () => (await messages(line.slack.url, CHANNEL)).some((one) => /I know nothing of trace.*1-deadbeef/.test(one.text)),
      {
        what: 'an answer about an unknown trace',
      },
    );
  });
});

const ORDERS = 'shop-api|POST /orders';

test('a slow order is told with what is usual, once enough healthy ones were seen', async () => {
  for (let n = 0; n < 6; n++) await Promise.all(Array.from({ length: 4 }, () => line.shop.order()));
  await line.shop.flush();
  // What was usual a moment ago is believed for 15 s.
  await eventually(async () => (await line.open.world.usual.read([ORDERS])).get(ORDERS)?.took !== undefined, {
    withinMs: 25_000,
    what: 'a usual',
  });
  line.shop.break('slow-inventory');
  await line.shop.order();

  const slow = await eventually(async () => (await rootsSaying('is slow in inventory-fn'))[0], { what: 'the slow order' });

  expect(slow.text).toMatch(
    /Very likely: stock was slow to answer inventory-fn DynamoDB.Query on stock: \d\.\d\d s of the \d\.\d\d s path/,
  );
  const trend = await eventually(
    async () =>
      (await replies(line.slack.url, CHANNEL, slow.ts))
        .flatMap(picturesOf)
        .find(({ alt_txt }) => /latest p95/.test(alt_txt ?? '')),
    { what: 'the last day of its operation' },
  );
  expect(await sharp(await download(trend, line.slack.botToken)).metadata()).toMatchObject({ width: 1_200, height: 392 });
});

test('every fault of the shop is told as what it is', async () => {
  const expected = [
    ['function-timeout', /Lambda stopped fulfilment-fn at its time-out after 3\.\d\d s/],
    ['out-of-memory', /notification-fn ran out of memory \(128 of 128 MB used\)/],
    ['poison-message', /fulfilment-fn failed on the same message again \(delivery 3\): ValidationError/],
  ] as const;
  for (const [fault, says] of expected) {
    line.shop.break(fault);
    await line.shop.order();
    await eventually(
      async () => (await roots(line.slack.url, CHANNEL)).some((one) => one.files === undefined && says.test(one.text)),
      {
        withinMs: 45_000,
        what: `an incident about ${fault}`,
      },
    );
    line.shop.mend(fault);
  }
}, 150_000);

test('bad telemetry is answered with what is wrong and leaves everything running', async () => {
  const post = (body: string, headers: Record<string, string>) =>
    fetch(`${line.botUrl}/v1/traces`, { method: 'POST', body, headers });
  const secret = { authorization: 'Bearer otlp-secret', 'content-type': 'application/json' };

  const answers = [
    await post('{', secret),
    await post('{}', { 'content-type': 'application/json' }),
    await fetch(`${line.botUrl}/v1/traces`),
  ];
  const forged = await fetch(`${line.botUrl}/slack/events`, {
    method: 'POST',
    body: 'payload={}',
    headers: { 'x-slack-request-timestamp': String(Math.floor(Date.now() / 1_000)), 'x-slack-signature': `v0=${'0'.repeat(64)}` },
  });

  expect(answers.map((answer) => answer.status)).toEqual([400, 401, 405]);
  expect(forged.status).toBe(401);
  const counted = await (await fetch(`${line.botUrl}/metrics`)).text();
  expect(counted).toMatch(/tracefall_refused_total\{door="slack",reason="signature"\} 1/);
  expect(counted).toContain('tracefall_settled_total{source="otlp-traces",became="rejected",reason="bad-json"} 1');
  expect(counted).toContain('tracefall_settled_total{source="otlp-traces",became="rejected",reason="bad-token"} 1');
  expect(counted).toContain('tracefall_unaccounted_total{source="otlp-traces"} 0');
  expect((await fetch(`${line.botUrl}/readyz`)).status).toBe(200);
});

const picturesOf = (message: SlackMessage) => (message.files ?? []).flatMap((file) => ('mode' in file ? [] : [file]));

const never = (): never => {
  throw new Error('not there');
};

/** Its buttons carry the incident's id. */
function incidentIdIn(message: SlackMessage | undefined): string {
  return /"value":"([0-9a-f]{12})"/.exec(textOf(message))?.[1] ?? never();
}

type Input = { readonly blockId: string; readonly actionId: string };

function inputOf(blocks: readonly unknown[]): Input {
  const found = /"block_id":"([^"]+)".*?"action_id":"([^"]+)"/.exec(
    JSON.stringify(blocks.filter((block) => Object(block).type === 'input')),
  );
  const swapped = /"action_id":"([^"]+)".*?"block_id":"([^"]+)"/.exec(
    JSON.stringify(blocks.filter((block) => Object(block).type === 'input')),
  );
  if (found) return { blockId: found[1] ?? '', actionId: found[2] ?? '' };
  return { blockId: swapped?.[2] ?? never(), actionId: swapped?.[1] ?? never() };
}

const written = ({ blockId, actionId }: Input, value: string) => ({
  [blockId]: { [actionId]: { type: 'plain_text_input', value } },
});
