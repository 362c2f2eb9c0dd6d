import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shopCommand, shopRequest } from '../../../src/local/shop/command.ts';
import { FAULTS, switchboard } from '../../../src/local/shop/faults.ts';
import type { LedgerEntry } from '../../../src/local/shop/ledger.ts';
import type { Shop } from '../../../src/local/shop/shop.ts';

test.each([
  ['break payment-declines', { kind: 'break', fault: 'payment-declines' }],
  ['  BREAK  Memory ', { kind: 'break', fault: 'out-of-memory' }],
  ['break po', { kind: 'break', fault: 'poison-message' }],
  ['mend', { kind: 'mend', fault: undefined }],
  ['mend slow', { kind: 'mend', fault: 'slow-inventory' }],
  ['order', { kind: 'order', count: 1 }],
  ['order 3', { kind: 'order', count: 3 }],
  ['status', { kind: 'status' }],
  ['', { kind: 'help', trouble: undefined }],
  ['help', { kind: 'help', trouble: undefined }],
])('reads %j', (text, request) => {
  expect(shopRequest(text)).toEqual(request);
});

test.each([
  // `memory` and `message` both begin so.
  ['break m', 'there is no fault `m`'],
  ['break', 'there is no fault ``'],
  ['break everything', 'there is no fault `everything`'],
  ['order 11', '`order` takes a number from 1 to 10'],
  ['order -1', '`order` takes a number from 1 to 10'],
  ['order two', '`order` takes a number from 1 to 10'],
  ['status now', '`status now` is nothing I know'],
  ['explode', '`explode` is nothing I know'],
  ['mend payment declines', '`mend` takes one word'],
])('asks back on %j', (text, trouble) => {
  expect(shopRequest(text)).toEqual({ kind: 'help', trouble });
});

test('knows every fault by its name', () => {
  for (const { fault } of FAULTS) expect(shopRequest(`break ${fault}`)).toEqual({ kind: 'break', fault });
});

test('understands any text or asks back', () => {
  fc.assert(fc.property(fc.string(), (text) => ['break', 'mend', 'order', 'status', 'help'].includes(shopRequest(text).kind)));
});

/** A shop of one order, which keeps count of what it was told. */
function quietShop(): Shop & { placed: number } {
  const switches = switchboard();
  const order: LedgerEntry = {
    id: 'A-1001',
    traceId: 'ab'.repeat(16),
    items: 'Desk lamp',
    cents: 4_450,
    placedAt: 0,
    answer: { status: 502, durationMs: 241.4 },
    stage: 'refused',
    attempts: 0,
  };
  const nothing = async (): Promise<void> => undefined;
  const shop = {
    url: 'http://127.0.0.1:1',
    faults: switches.faults,
    break: switches.break,
    mend: switches.mend,
    placed: 0,
    order: async () => {
      shop.placed += 1;
      return { status: shop.placed === 1 ? 201 : 502, traceId: String(shop.placed).repeat(32) };
    },
    orders: () => [order],
    flush: nothing,
    stop: nothing,
  };
  return shop;
}

test('breaks and mends what it is told to', async () => {
  const shop = quietShop();

  expect(await shopCommand(shop, 'break pay')).toContain('*Payment declines* is on.');
  expect(shop.faults.get('payment-declines')).toBe(true);
  expect(await shopCommand(shop, 'status')).toContain(':boom: *Payment declines*');
  expect(await shopCommand(shop, 'mend pay')).toBe(':white_check_mark: *Payment declines* is mended.');
  expect([...shop.faults.values()]).not.toContain(true);
});

test('mends everything at once', async () => {
  const shop = quietShop();
  for (const { fault } of FAULTS) shop.break(fault);

  expect(await shopCommand(shop, 'mend')).toBe(':white_check_mark: Everything is mended.');
  expect([...shop.faults.values()]).not.toContain(true);
});

test('places orders and names their traces for `/trace`', async () => {
  const shop = quietShop();

  expect(await shopCommand(shop, 'order 2')).toBe(
    `:package: 201  \`/trace ${'1'.repeat(32)}\`\n:x: 502  \`/trace ${'2'.repeat(32)}\``,
  );
});

test('tells the last orders', async () => {
  expect(await shopCommand(quietShop(), 'status')).toBe(
    [
      ':white_check_mark: Nothing is broken.',
      `• A-1001  502 in 241 ms, refused  \`/trace ${'ab'.repeat(16)}\``,
      'The shop: http://127.0.0.1:1',
    ].join('\n'),
  );
});
