import { request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { production, residentMb } from './production.ts';

/** Bombs to the doors of the production bot, fifty at a time: how much memory it takes, what became of each, and what others wait meanwhile. */
const TOGETHER = 50;
const KEY = 'bombs';

const nothing = Buffer.alloc(64 * 1_024 * 1_024);
const packed = gzipSync(nothing);
const firehose = JSON.stringify({ records: Array.from({ length: 20 }, () => ({ data: packed.toString('base64') })) });
const json = { 'content-type': 'application/json', 'x-amz-firehose-access-key': KEY };
const otlp = { path: '/v1/traces', ...json };
const BOMBS = [
  { ...otlp, body: packed },
  { ...otlp, body: gzipSync(packed) },
  { ...otlp, body: Buffer.concat(Array.from({ length: 8 }, () => gzipSync(nothing.subarray(0, 8 * 1_024 * 1_024)))) },
  { ...otlp, body: Buffer.concat(Array.from({ length: 5_000 }, () => gzipSync(''))) },
  { ...otlp, body: gzipSync(`{"resourceSpans":${'['.repeat(15_000_000)}`) },
  { ...otlp, body: gzipSync(`{"resourceSpans":[${'[],'.repeat(5_000_000)}0]}`) },
  { ...otlp, 'content-type': 'application/x-protobuf', body: gzipSync(Buffer.alloc(18_000_000, Buffer.from([0x0a, 0]))) },
  // These two are as JSON should be, and small enough: nothing but their size is wrong with them.
  { ...otlp, body: gzipSync(`{"resourceSpans":[],"x":"${'x'.repeat(20_900_000)}"}`) },
  { ...otlp, body: gzipSync(`{"resourceSpans":[],"x":"${'x'.repeat(64_000_000)}"}`) },
  { path: '/aws/firehose', ...json, body: gzipSync(firehose) },
];

type Sent = { readonly path: string; readonly body: Buffer };

export async function bombed(count: number): Promise<void> {
  const here = await production({ AWS_FIREHOSE_KEY: KEY });
  try {
    const bot = await here.start('bot');
    await here.ready();
    const before = residentMb(bot.pid).now;
    const statuses = new Map<number, number>();
    const bombs = Array.from({ length: count }, (_, n) => n).values();
    const thrower = async (): Promise<void> => {
      // Turned away for want of room, it comes again, so that in the end every bomb has been looked at.
      for (const n of bombs) {
        let status = 429;
        while (status === 429) {
          status = await send(here.port, BOMBS[n % BOMBS.length] ?? { ...otlp, body: packed });
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status === 429) await delay(50);
        }
      }
    };
    const others = bystanders(here.port);
    await Promise.all(Array.from({ length: TOGETHER }, thrower));
    const waits = (await others.stop()).toSorted((a, b) => a - b);
    const { now, most } = residentMb(bot.pid);
    const counts = await (await fetch(`http://127.0.0.1:${here.port}/metrics`)).text();
    const ms = (share: number): string => (waits[Math.floor((waits.length - 1) * share)] ?? Number.NaN).toFixed(0);
    console.log(`gzip bombs at the production bot: ${count}, ${TOGETHER} at a time, answers ${JSON.stringify([...statuses])}`);
    console.log(`  its memory: ${before.toFixed(0)} MB before, ${most.toFixed(0)} MB at most, ${now.toFixed(0)} MB after`);
    console.log(`  others meanwhile: ${waits.length} asked /readyz; p50 ${ms(0.5)}, p99 ${ms(0.99)}, longest ${ms(1)} ms`);
    console.log(counts.match(/^tracefall_settled_total.*[1-9]\d*$/gm)?.join('\n'));
  } finally {
    await here.stop();
  }
}

function send(port: number, { path, body, ...type }: Sent): Promise<number> {
  return new Promise((resolve) => {
    const headers = { ...type, 'content-encoding': 'gzip', 'content-length': body.length };
    const sent = httpRequest({ port, path, method: 'POST', headers }, (answer) =>
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0)),
    );
    sent.once('error', () => resolve(0)).end(body);
  });
}

/** Asks every fifth of a second, as a load balancer would, and notes how long each answer took. */
function bystanders(port: number): { readonly stop: () => Promise<readonly number[]> } {
  const waits: number[] = [];
  const stopped = new AbortController();
  const asking = (async () => {
    while (!stopped.signal.aborted) {
      const began = performance.now();
      await (await fetch(`http://127.0.0.1:${port}/readyz`)).text();
      waits.push(performance.now() - began);
      await delay(200);
    }
    return waits;
  })();
  return {
    stop: async () => {
      stopped.abort();
      return await asking;
    },
  };
}
