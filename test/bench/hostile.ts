import { gzipSync } from 'node:zlib';
import { verdictOn } from '../../src/slack/genuine.ts';
import { parse } from '../../src/telemetry/parse.ts';
import { forgeries, NOW_MS, signedNow } from '../slack/forgeries.ts';
import { commandForm, pressForm, submissionForm } from '../world/slack-signed.ts';

/** Forged requests against the verifier, and bombs against the parser: `npm run bench:hostile -- 2000000 10000`. */
const [forged = 100_000, bombs = 200] = process.argv.slice(2).map(Number);
const SECRET = 'a-signing-secret';
const bodies = [
  commandForm('/trace', '1-5759e988-bd862e3fe1be46a994272793', 'http://127.0.0.1:1/'),
  pressForm('acknowledge', 'incident-1', 'http://127.0.0.1:1/'),
  submissionForm({ private_metadata: '{}' }),
].map((form) => Buffer.from(new URLSearchParams(form).toString()));

let accepted = 0;
for (const each of forgeries(SECRET, bodies, { seed: 11, count: forged }))
  if (verdictOn(each, [SECRET, 'the one before'], NOW_MS) === 'genuine') accepted += 1;
const genuine = bodies.filter((body) => verdictOn(signedNow(SECRET, body), [SECRET], NOW_MS) === 'genuine').length;
console.log(`forged or mutated requests: ${forged}, accepted ${accepted}; genuine ones taken: ${genuine} of ${bodies.length}`);

const MEGABYTES_64 = Buffer.alloc(64 * 1_024 * 1_024);
const packed = gzipSync(MEGABYTES_64);
const base64 = packed.toString('base64');
const BOMBS: readonly Buffer[] = [
  packed,
  Buffer.from(JSON.stringify({ awslogs: { data: base64 } })),
  Buffer.concat(Array.from({ length: 8 }, () => gzipSync(MEGABYTES_64.subarray(0, 8 * 1_024 * 1_024)))),
  gzipSync(packed),
  Buffer.concat(Array.from({ length: 5_000 }, () => gzipSync(''))),
  gzipSync(`{"resourceSpans":${'['.repeat(5_000_000)}`),
];
let most = 0;
let kept = 0;
const began = performance.now();
for (let n = 0; n < bombs; n += 1) {
  kept += parse(BOMBS[n % BOMBS.length] ?? packed, 'bomb').records.length;
  if (n % 20 === 0) most = Math.max(most, process.memoryUsage().rss);
}
const took = (performance.now() - began) / Math.max(1, bombs);
console.log(`gzip bombs: ${bombs}, records ${kept}, ${took.toFixed(1)} ms each, at most ${(most / 1e6).toFixed(0)} MB resident`);
