import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { receiveFirehose } from '../../src/aws/receive.ts';
import type { Desk } from '../../src/http/desk.ts';
import { doorKeys } from '../../src/http/keys.ts';
import { pressure } from '../../src/http/pressure.ts';
import { ledger } from '../../src/ledger.ts';
import { receive } from '../../src/otlp/receive.ts';

/** Bombs to the real doors, fifty at a time: how much memory this process takes for them, and what became of each. */
const TOGETHER = 50;

const nothing = Buffer.alloc(64 * 1_024 * 1_024);
const packed = gzipSync(nothing);
const firehose = JSON.stringify({ records: Array.from({ length: 20 }, () => ({ data: packed.toString('base64') })) });
const otlp = { path: '/v1/traces', 'content-type': 'application/json' };
const BOMBS = [
  { ...otlp, body: packed },
  { ...otlp, body: gzipSync(packed) },
  { ...otlp, body: Buffer.concat(Array.from({ length: 8 }, () => gzipSync(nothing.subarray(0, 8 * 1_024 * 1_024)))) },
  { ...otlp, body: Buffer.concat(Array.from({ length: 5_000 }, () => gzipSync(''))) },
  { ...otlp, body: gzipSync(`{"resourceSpans":${'['.repeat(15_000_000)}`) },
  { ...otlp, body: gzipSync(`{"resourceSpans":[${'[],'.repeat(5_000_000)}0]}`) },
  { ...otlp, 'content-type': 'application/x-protobuf', body: gzipSync(Buffer.alloc(18_000_000, Buffer.from([0x0a, 0]))) },
  { path: '/aws/firehose', 'content-type': 'application/json', body: gzipSync(firehose) },
];

export async function bombed(count: number): Promise<void> {
  const books = ledger();
  const desk: Desk = {
    ...{ source: 'otlp-traces', keys: doorKeys({ secrets: [] }), pressure: pressure(), redact: (all) => all },
    take: () => Promise.reject(new Error('nothing of a bomb is a record')),
    settle: (source, entry) => books.enter(source, entry),
  };
  const onAnswer = (): void => undefined;
  const server = createServer((request, response) => {
    const door = { ...desk, onAnswer };
    if (request.url === '/v1/traces') void receive({ ...door, signal: 'Spans' }, request, response);
    else void receiveFirehose({ ...door, source: 'firehose', accounts: undefined }, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address
  const send = ({ path, body, ...type }: (typeof BOMBS)[number]) =>
    new Promise<number>((resolve) => {
      const headers = { ...type, 'content-encoding': 'gzip', 'content-length': body.length };
      const sent = httpRequest({ port, path, method: 'POST', headers }, (answer) =>
        answer.resume().once('end', () => resolve(answer.statusCode ?? 0)),
      );
      sent.once('error', () => resolve(0)).end(body);
    });
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  const before = process.memoryUsage().rss;
  const bombs = Array.from({ length: count }, (_, n) => n).values();
  const thrower = async (): Promise<void> => {
    // Turned away for want of room, it comes again, so that in the end every bomb has been looked at.
    for (const n of bombs) while ((await send(BOMBS[n % BOMBS.length] ?? { ...otlp, body: packed })) === 429) await delay(20);
  };
  await Promise.all(Array.from({ length: TOGETHER }, thrower));
  clearInterval(watch);
  server.close();
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(0);
  console.log(
    `gzip bombs at the door: ${count}, ${TOGETHER} at a time; ${mb(before)} MB resident before, ${mb(most)} MB at most`,
  );
  for (const [source, { received, rejected }] of Object.entries(books.totals()))
    console.log(`  ${source}: ${received} refused, ${JSON.stringify(rejected)}`);
}
