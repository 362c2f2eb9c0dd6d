import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../src/local/free-port.ts';
import type { Chat, Place } from '../../src/ports.ts';
import { slackChat } from '../../src/slack/chat.ts';
import { retryAfterMs } from '../../src/slack/client.ts';
import { RateLimited, SlackRefused } from '../../src/slack/errors.ts';
import { micros } from '../../src/units.ts';
import type { Fault, FaultAnswer, SlackProxy } from '../world/slack-proxy.ts';
import { startSlackProxy } from '../world/slack-proxy.ts';
import type { SlackServer } from '../world/slack-servers.ts';
import { emulatedSlack } from '../world/slack-servers.ts';
import { incident, NOON, picture, telling } from './samples.ts';

let server: SlackServer;
let proxy: SlackProxy;
let chat: Chat;
let made = 0;

const told = { telling: telling(), incident: undefined, askedBy: undefined };

function fresh() {
  made += 1;
  return incident({ id: `outcome-${made}` });
}

beforeAll(async () => {
  server = await emulatedSlack();
  proxy = await startSlackProxy(server);
  chat = slackChat({ token: server.token, apiUrl: proxy.apiUrl, clock: () => NOON });
});
afterEach(() => proxy.failWith(undefined));
afterAll(async () => {
  await proxy.stop();
  await server.stop();
});

const channel = (): Place => ({ channel: server.channel, ts: undefined, since: micros(0) });
const failing = (method: string, fault: Fault): void => proxy.failWith((call) => (call.method === method ? fault : undefined));
const saying = (error: string, headers: Readonly<Record<string, string>> = {}): FaultAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ ok: false, error }),
});
const attemptsOf = (method: string): number => proxy.calls.filter((call) => call.method === method).length;

describe('posting a root', () => {
  test.each<[string, Fault]>([
    ['the connection broke before', { when: 'before', how: 'reset' }],
    ['the connection broke after', { when: 'after', how: 'reset' }],
    ['a gateway gave up before', { when: 'before', how: { status: 503 } }],
    ['a gateway gave up after', { when: 'after', how: { status: 504 } }],
    ['Slack had a fault of its own', { when: 'after', how: saying('internal_error') }],
    ['the answer cannot be read', { when: 'after', how: { status: 200, body: '<html>' } }],
    ['the answer says too little', { when: 'after', how: { status: 200, body: '{"ok":true}' } }],
  ])('is unsure when %s, and tells the truth when asked', async (_, fault) => {
    const mine = fresh();
    failing('chat.postMessage', fault);
    const delivery = await chat.postRoot(mine, server.channel);
    const found = await chat.findRoot(mine, server.channel, micros(0));

    expect(delivery).toEqual({ kind: 'unsure', why: expect.stringMatching(/./) });
    expect(found !== undefined).toBe(fault.when === 'after');
  });

  test.each(['channel_not_found', 'not_in_channel', 'is_archived', 'restricted_action', 'missing_scope', 'invalid_blocks'])(
    'is refused on %s',
    async (code) => {
      failing('chat.postMessage', { when: 'before', how: saying(code) });

      expect(await chat.postRoot(fresh(), server.channel)).toEqual({ kind: 'refused', why: code });
    },
  );

  test('is refused when a proxy forbids it', async () => {
    failing('chat.postMessage', { when: 'before', how: { status: 403 } });

    expect(await chat.postRoot(fresh(), server.channel)).toEqual({ kind: 'refused', why: 'http_403' });
  });

  test.each(['invalid_auth', 'token_revoked', 'account_inactive', 'request_timeout'])('is put off on %s', async (code) => {
    failing('chat.postMessage', { when: 'before', how: saying(code) });

    await expect(chat.postRoot(fresh(), server.channel)).rejects.toThrow(code);
  });

  test.each<[string, FaultAnswer, number]>([
    ['in seconds', { status: 429, headers: { 'retry-after': '7' } }, 7_000],
    ['not at all', { status: 429 }, 30_000],
    ['in words only', saying('ratelimited'), 30_000],
    ['in words, with seconds', saying('ratelimited', { 'retry-after': '3' }), 3_000],
  ])('is put off for as long as Slack says, %s', async (_, how, retryAfterMs) => {
    failing('chat.postMessage', { when: 'before', how });
    const error = await chat.postRoot(fresh(), server.channel).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(RateLimited);
    expect(error).toMatchObject({ retryAfterMs });
  });

  test('is put off when Slack cannot be reached', async () => {
    const nobody = slackChat({ token: 'xoxb-x', apiUrl: `http://127.0.0.1:${await freePort()}/api/`, clock: () => NOON });

    await expect(nobody.postRoot(fresh(), server.channel)).rejects.toThrow('Slack cannot be reached: ECONNREFUSED');
  });

  test('is tried once, whatever comes back', async () => {
    const before = attemptsOf('chat.postMessage');
    failing('chat.postMessage', { when: 'after', how: 'reset' });
    await chat.postRoot(fresh(), server.channel);

    expect(attemptsOf('chat.postMessage')).toBe(before + 1);
  });

  test('does not keep other calls waiting when Slack slows it down', async () => {
    const thread = await chat.postRoot(fresh(), server.channel);
    if (thread.kind !== 'posted') throw new Error('expected a root');
    failing('chat.postMessage', { when: 'before', how: { status: 429, headers: { 'retry-after': '60' } } });
    await chat.postRoot(fresh(), server.channel).catch(() => undefined);

    // A paused queue would outlast this test by far.
    expect(await chat.editRoot(fresh(), thread.thread)).toBe('edited');
  });
});

describe('a picture', () => {
  test.each<[string, Fault, boolean]>([
    ['before', { when: 'before', how: 'reset' }, false],
    ['after', { when: 'after', how: 'reset' }, true],
  ])('is unsure when its sharing broke %s, and found only if it happened', async (_, fault, happened) => {
    const file = await chat.upload(picture(), told);
    failing('files.completeUploadExternal', fault);
    const delivery = await chat.share(file, told, channel());

    expect(delivery.kind).toBe('unsure');
    expect((await chat.findFile(file, channel())) !== undefined).toBe(happened);
  });

  test('is not uploaded to a host that is none of Slack’s', async () => {
    const how = { status: 200, body: JSON.stringify({ ok: true, upload_url: 'https://evil.example/upload', file_id: 'F0X' }) };
    failing('files.getUploadURLExternal', { when: 'before', how });

    await expect(chat.upload(picture(), told)).rejects.toThrow('foreign_upload_url');
  });

  test('whose bytes did not arrive is an error, so that all of it is done again', async () => {
    failing('upload', { when: 'before', how: { status: 500 } });

    await expect(chat.upload(picture(), told)).rejects.toThrow('HTTP 500');
  });

  test('that may not be removed says so', async () => {
    failing('files.delete', { when: 'before', how: saying('cant_delete_file') });

    await expect(chat.removePicture('F0X', { channel: 'C0INCIDENTS', ts: '1.1', since: micros(0) })).rejects.toBeInstanceOf(
      SlackRefused,
    );
  });
});

describe('looking whether it happened', () => {
  test.each(['missing_scope', 'ratelimited', 'internal_error'])('throws on %s instead of saying no', async (code) => {
    failing('conversations.history', { when: 'before', how: saying(code) });

    await expect(chat.findRoot(fresh(), server.channel, micros(0))).rejects.toThrow();
  });

  test('reads on where there is more than one page', async () => {
    const mine = fresh();
    const posted = await chat.postRoot(mine, server.channel);
    const first = { ok: true, messages: [{ ts: '1795356128.000200' }], response_metadata: { next_cursor: 'more' } };
    proxy.failWith(({ method, args }) => {
      const isFirst = method === 'conversations.history' && args['cursor'] === undefined;
      return isFirst ? { when: 'before', how: { status: 200, body: JSON.stringify(first) } } : undefined;
    });
    // The second page is the server's first: it does not know this cursor.
    const found = await chat.findRoot(mine, server.channel, micros(0)).catch((error: unknown) => error);

    expect(posted.kind).toBe('posted');
    expect(attemptsOf('conversations.history')).toBeGreaterThan(1);
    expect(found).toEqual(posted.kind === 'posted' ? posted.thread : undefined);
  });
});

describe('an answer to a command', () => {
  const reply = { kind: 'not-found', question: { kind: 'request', requestId: 'x' } } as const;

  test.each([
    'https://evil.example/response',
    'http://hooks.slack.com/x',
    'https://hooks.slack.com.evil.example/x',
    'https://hooks.slack.com@evil.example/x',
    'ftp://127.0.0.1/x',
    'nonsense',
  ])('is not sent to %s', async (address) => {
    await expect(chat.respond(address, reply)).rejects.toThrow('foreign_response_url');
  });

  test.each<[string, FaultAnswer, string]>([
    ['used up', { status: 404, body: 'expired_url' }, 'http_404'],
    ['out of order', { status: 500 }, 'HTTP 500'],
    ['too busy', { status: 429, headers: { 'retry-after': '2' } }, '2000 ms'],
  ])('says that its address is %s', async (_, how, why) => {
    proxy.failWith(({ method }) => (method === '/_hooks/response/1' ? { when: 'before', how } : undefined));
    const address = new URL('/_hooks/response/1', proxy.apiUrl).href;

    await expect(chat.respond(address, reply)).rejects.toThrow(why);
  });
});

test.each([
  [null, 30_000],
  ['', 30_000],
  ['1', 1_000],
  ['0', 0],
  ['-5', 0],
  ['1e99', 3_600_000],
  ['soon', 30_000],
  ['Sun, 22 Nov 2026 14:02:17 GMT', 10_000],
])('reads Retry-After: %s as %d ms', (header, ms) => {
  expect(retryAfterMs(header, Date.UTC(2026, 10, 22, 14, 2, 7))).toBe(ms);
});
