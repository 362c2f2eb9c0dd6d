import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { otlpAttributes, otlpSpan, traceRequest } from '../telemetry/samples.ts';
import { messages } from '../world/local-slack-control.ts';
import { type Line, startLine } from './line.ts';

const CHANNEL = 'C0INCIDENTS';
/** Whoever calls one of the addresses is counted here. */
let calls = 0;
const listener = createServer((socket) => {
  calls += 1;
  socket.destroy();
});
let line: Line;
beforeAll(async () => {
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  line = await startLine();
});
afterAll(async () => {
  await line.stop();
  listener.close();
});

/** One address in many writings, also as a picture would load it and as Slack would show it. */
function addresses(count: number): readonly string[] {
  // A TCP server's address is an object.
  const { port } = listener.address() as AddressInfo;
  const hosts = [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    `0x7f000001:${port}`,
    `2130706433:${port}`,
    `[::ffff:127.0.0.1]:${port}`,
  ];
  const writings: readonly ((url: string) => string)[] = [
    (url) => url,
    (url) => `<${url}|click here>`,
    (url) => `<image href="${url}"/>`,
    (url) => `"/><image xlink:href='${url}'/><text x="`,
    (url) => `<!DOCTYPE a [<!ENTITY x SYSTEM "${url}">]><a>&x;</a>`,
    (url) => `![](${url}) @import url(${url});`,
  ];
  return Array.from({ length: count }, (_, n) => {
    const url = `http://${hosts[n % hosts.length]}/${n}`;
    return writings[n % writings.length]?.(url) ?? url;
  });
}

const TRACE = '5b8efff798038103d269b633813fc60d';
const id = (n: number): string => (n + 1).toString(16).padStart(16, '0');

test('of a thousand addresses in telemetry none is called, and none becomes a link, a mention or a broadcast', async () => {
  const spans = addresses(1_000).map((address, n) =>
    otlpSpan({
      ...{ traceId: TRACE, spanId: id(n), parentSpanId: n === 0 ? '' : id(n % 7 === 0 ? 0 : n - 1), kind: n % 3 === 0 ? 3 : 2 },
      name: n % 2 === 0 ? address : `GET ${address} <!channel> <@U0MAYA>`,
      status: { code: 2, message: `could not reach ${address} \`\`\` <!here>` },
      attributes: otlpAttributes({ 'url.full': address, 'server.address': address, 'exception.message': address }),
    }),
  );
  const response = await fetch(`${line.botUrl}/v1/traces`, {
    method: 'POST',
    headers: { authorization: 'Bearer otlp-secret', 'content-type': 'application/json' },
    body: JSON.stringify(traceRequest(spans, { 'service.name': addresses(1)[0] })),
  });
  expect(response.status).toBe(200);
  await eventually(async () => (await messages(line.slack.url, CHANNEL)).some((one) => one.files !== undefined), {
    withinMs: 40_000,
    what: 'the picture of the incident',
  });

  expect(calls).toBe(0);
  // What was sent to Slack the validator has read word by word: no markup of theirs, no previews, no names turned into people.
  expect(line.proxy.violations).toEqual([]);
  // Alt texts and titles are plain text: nothing in them is read as markup.
  const read = line.proxy.calls.map(({ args }) => JSON.stringify({ ...args, alt_txt: '' }));
  expect(
    read.filter((args) =>
      /<!(?:channel|here)|<@U0MAYA>|<https?:/.test(args.replace(/"(?:alt_text|title)":"(?:[^"\\]|\\.)*"/g, '')),
    ),
  ).toEqual([]);
});

test('the listener counts a call', async () => {
  const before = calls;
  await fetch(addresses(1)[0] ?? '').catch(() => undefined);

  expect(calls).toBe(before + 1);
});
