import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { announce } from '../../jobs/announce.ts';
import { examine } from '../../jobs/examine.ts';
import { type LocalSlack, startLocalSlack } from '../../src/local/slack.ts';
import type { World } from '../../src/ports.ts';
import { slackChat } from '../../src/slack/chat.ts';
import { later, type Micros, micros } from '../../src/units.ts';
import { aSpan, aTraceId, at } from '../trace/records.ts';
import { jobsWorld } from '../world/jobs-world.ts';
import { replies, roots } from '../world/local-slack-control.ts';
import { testRedis } from '../world/redis.ts';
import { type Fault, type SlackProxy, startSlackProxy } from '../world/slack-proxy.ts';

/**
 * Every call that shows something in Slack goes wrong in every way, before and after Slack has done it, once and twice in a row. What
 * people see in the end must be the same as if nothing had gone wrong. (A call that is never answered is one whose connection broke,
 * ten seconds later: the same code, too slow to be enumerated here.)
 */
const HOW: Readonly<Record<string, Fault['how']>> = {
  'a reset': 'reset',
  'HTTP 500': { status: 500 },
  'HTTP 503': { status: 503, body: 'upstream connect error' },
  'HTTP 429': { status: 429, headers: { 'retry-after': '1' } },
  'HTTP 429 without Retry-After': { status: 429 },
  'ok: false, ratelimited': said({ ok: false, error: 'ratelimited' }),
  'ok: false, internal_error': said({ ok: false, error: 'internal_error' }),
  'ok: false, token_revoked': said({ ok: false, error: 'token_revoked' }),
  'an answer that is cut off': { status: 200, headers: { 'content-type': 'application/json' }, body: '{"ok":tr' },
  'an answer that is no JSON': { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' },
};

function said(answer: object): Fault['how'] {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) };
}

/** Slack says that it did not happen only when it did not. */
const NOT_AFTER = new Set(['HTTP 429', 'HTTP 429 without Retry-After', 'ok: false, ratelimited', 'ok: false, token_revoked']);

/** Once done, they are not tried again: what they did is found. */
const NOT_REPEATED = new Set(['chat.postMessage', 'chat.delete']);

type Mishap = { readonly method: string; readonly fault: Fault; readonly times: number };

/** The calls that look where a doubt was left are made after a doubt only. */
const DOUBT: Readonly<Record<string, Mishap>> = {
  'conversations.history': { method: 'chat.postMessage', fault: { when: 'after', how: 'reset' }, times: 1 },
  'conversations.replies': { method: 'files.completeUploadExternal', fault: { when: 'after', how: 'reset' }, times: 1 },
};
const METHODS = [
  ...['chat.postMessage', 'files.getUploadURLExternal', 'upload', 'files.completeUploadExternal', 'chat.update'],
  ...['chat.delete', 'files.delete', 'conversations.history', 'conversations.replies'],
];

const cases = METHODS.flatMap((method) =>
  Object.entries(HOW).flatMap(([name, how]) =>
    (['before', 'after'] as const)
      .filter((when) => when === 'before' || !NOT_AFTER.has(name))
      .flatMap((when) =>
        (when === 'after' && NOT_REPEATED.has(method) ? [1] : [1, 2]).map((times) => ({
          method,
          name,
          when,
          times,
          mishap: { method, fault: { when, how }, times },
        })),
      ),
  ),
);

const CHANNEL = 'C0INCIDENTS';
const redis = testRedis();
let folder = '';
let slack: LocalSlack;
let proxy: SlackProxy;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracefall-faults-'));
  slack = await startLocalSlack({ dataDir: folder, appUrl: 'http://127.0.0.1:9/slack/events' });
  proxy = await startSlackProxy(slack);
});
afterAll(async () => {
  await proxy.stop();
  await slack.stop();
  await rm(folder, { recursive: true, force: true });
});
let now: Micros;
beforeEach(() => {
  now = at(0);
});

function world(): World {
  const chat = slackChat({ token: slack.botToken, apiUrl: proxy.apiUrl, clock: () => now });
  return jobsWorld(redis(), () => now, { chat });
}

const SECOND = micros(1_000_000);
const MOST_TRIES = 12;

/** As the queue does: again after a failure, and when it is told to wait. */
async function announced(incidentId: string, into: World): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const outcome = await announce({ v: 1, incidentId }, into).catch(() => ({ againInMs: 1_000 }));
    if (outcome === 'done') return;
    now = later(now, micros(now + outcome.againInMs * 1_000 + SECOND));
  }
  throw new Error(`not announced after ${MOST_TRIES} tries`);
}

/** Each of the mishaps so often, at the first calls of its method; `left` has those that have not happened yet. */
function faultsOf(mishaps: readonly Mishap[]) {
  const left = mishaps.flatMap((mishap) => Array.from({ length: mishap.times }, () => mishap));
  const next = ({ method }: { readonly method: string }): Fault | undefined => {
    const at = left.findIndex((one) => one.method === method);
    return at < 0 ? undefined : left.splice(at, 1)[0]?.fault;
  };
  return { left, next };
}

describe.each(METHODS)('when %s goes wrong', (method) => {
  test.each(cases.filter((one) => one.method === method))(
    'by $name $when the deed, $times times, people see one root and one picture',
    async ({ name, when, times, mishap }) => {
      const to = world();
      const trace = `${method} ${name} ${when} ${times}`;
      // Letters only: digits are no part of a signature.
      const service = `shop-${[...trace].map((letter) => String.fromCodePoint(97 + ((letter.codePointAt(0) ?? 0) % 26))).join('')}`;
      const failing = (depth: number, which = '') =>
        Array.from({ length: depth }, (_, n) =>
          aSpan({
            ...{
              trace: `${trace}${which}`,
              id: `${trace}${which} ${n}`,
              service,
              operation: `step ${'abcdef'[n]}`,
              from: n,
              to: 90 - n,
              status: 'error' as const,
            },
            ...(n > 0 ? { parent: `${trace}${which} ${n - 1}` } : {}),
          }),
        );
      const faults = faultsOf([...(DOUBT[method] ? [DOUBT[method]] : []), mishap]);
      proxy.failWith(faults.next);

      await to.records.keep(failing(2), []);
      await examine({ v: 1, traceId: aTraceId(trace) }, to);
      const incident = await to.incidents.ofTrace(aTraceId(trace));
      await announced(incident?.id ?? '', to);
      // Late spans tell more and another fails: the root is edited and the picture takes the old one's place.
      await to.records.keep([...failing(3), ...failing(3, 'another')], []);
      for (const which of ['', 'another']) await examine({ v: 1, traceId: aTraceId(`${trace}${which}`) }, to);
      await announced(incident?.id ?? '', to);
      proxy.failWith(undefined);
      expect(faults.left).toEqual([]);

      const ours = (await roots(slack.url, CHANNEL)).filter((root) => JSON.stringify(root).includes(service));
      expect(ours).toHaveLength(1);
      expect(JSON.stringify(ours)).toContain('*2 transactions*');
      const shown = (await replies(slack.url, CHANNEL, ours[0]?.ts ?? '')).flatMap(({ files = [] }) =>
        files.filter((file) => 'name' in file),
      );
      expect(shown).toHaveLength(1);
      expect(proxy.violations).toEqual([]);
    },
  );
});
