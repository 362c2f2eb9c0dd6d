import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Shop, startShop } from '../../../src/local/shop/shop.ts';
import { otlpReceiver, type Receiver } from './otlp-receiver.ts';

let receiver: Receiver;
let shop: Shop;

beforeAll(async () => {
  receiver = await otlpReceiver();
  shop = await startShop({ otlpUrl: receiver.url, ordersPerMinute: 0 });
});

afterAll(async () => {
  await shop?.stop();
  await receiver?.close();
});

const state = z.object({
  faults: z.array(z.object({ fault: z.string(), on: z.boolean(), title: z.string(), story: z.string() })),
  orders: z.array(z.object({ id: z.string(), traceId: z.string(), stage: z.string() })),
  queue: z.object({ depth: z.number(), dead: z.number() }),
});

const wish = (body: string, type = 'application/json'): Promise<Response> =>
  fetch(`${shop.url}/api/faults`, { method: 'POST', headers: { 'content-type': type }, body });

test('its page stands alone', async () => {
  const response = await fetch(shop.url);
  const page = await response.text();

  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page).toContain('<title>Acme Shop');
  expect(page.match(/(?:src|href)="(?!data:)[^"]*"/g)).toBeNull();
});

test('the script of its page is a script', async () => {
  const [, script = ''] = /<script>([\s\S]*)<\/script>/.exec(await (await fetch(shop.url)).text()) ?? [];

  expect(script.length).toBeGreaterThan(1_000);
  expect(() => new Function(script)).not.toThrow();
});

test('a fault is switched on and off, and all at once', async () => {
  const on = state.parse(await (await wish('{"fault":"slow-inventory","on":true}')).json());
  expect(on.faults.filter((each) => each.on).map((each) => each.fault)).toEqual(['slow-inventory']);
  expect(shop.faults.get('slow-inventory')).toBe(true);

  const off = state.parse(await (await wish('{"fault":"all","on":false}')).json());
  expect(off.faults.filter((each) => each.on)).toEqual([]);
});

test.each([
  ['a fault that is none', '{"fault":"fire","on":true}', 'application/json', 400],
  ['all of them on', '{"fault":"all","on":true}', 'application/json', 400],
  ['no JSON', 'fault=slow-inventory', 'application/json', 400],
  ['too much', `{"fault":"${'x'.repeat(5_000)}","on":true}`, 'application/json', 400],
  ['what another page could send', '{"fault":"slow-inventory","on":true}', 'text/plain', 415],
])('refuses %s', async (_, body, type, status) => {
  expect((await wish(body, type)).status).toBe(status);
  expect([...shop.faults.values()]).not.toContain(true);
});

test('an order is in the list, with its trace', async () => {
  const { traceId } = await shop.order();

  const seen = state.parse(await (await fetch(`${shop.url}/api/state`)).json());
  expect(seen.orders[0]).toMatchObject({ id: 'A-1001', traceId });
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
});

test('says what it does not know', async () => {
  const response = await fetch(`${shop.url}/admin`);

  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ error: 'nothing at GET /admin' });
});
