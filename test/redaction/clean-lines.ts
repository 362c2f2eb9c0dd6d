import { randomInts } from '../random-ints.ts';

type Random = (below: number) => number;
const hex = (random: Random, count: number): string => Array.from({ length: count }, () => random(16).toString(16)).join('');
const uuid = (random: Random): string => [8, 4, 4, 4, 12].map((count) => hex(random, count)).join('-');
const digits = (random: Random, count: number): string => Array.from({ length: count }, () => random(10)).join('');
const base32 = (random: Random, count: number): string =>
  Array.from({ length: count }, () => 'abcdefghijklmnopqrstuvwxyz234567'[random(32)]).join('');

/** What services log when all is well and when it is not, and what looks like a secret at first sight and is none. */
const LINES: readonly ((random: Random) => string)[] = [
  (r) => `START RequestId: ${uuid(r)} Version: $LATEST`,
  (r) =>
    `REPORT RequestId: ${uuid(r)}\tDuration: ${r(9000)}.${r(99)} ms\tBilled Duration: ${r(9000)} ms\tMemory Size: 512 MB\tXRAY TraceId: 1-${hex(r, 8)}-${hex(r, 24)}`,
  (r) => `arn:aws:lambda:eu-west-1:${digits(r, 12)}:function:checkout:${r(40)}`,
  (r) => `arn:aws:sqs:us-east-1:${digits(r, 12)}:orders-${r(100)}.fifo`,
  (r) => `arn:aws:secretsmanager:eu-west-1:${digits(r, 12)}:secret:prod/db-password-${base32(r, 6)}`,
  (r) => `arn:aws:states:eu-west-1:${digits(r, 12)}:execution:fulfil:${uuid(r)}`,
  (r) => `traceparent: 00-${hex(r, 32)}-${hex(r, 16)}-01`,
  (r) => `commit ${hex(r, 40)} deployed as sha256:${hex(r, 64)}`,
  (r) => `shardId-${digits(r, 12)}:4${digits(r, 55)}`,
  (r) => `NextToken=${base32(r, 40)} continues the list; 4 more pages`,
  (r) => `SyntaxError: Unexpected token: } in JSON at position ${r(5000)}`,
  (r) => `ValidationError: password: must be at least ${r(12) + 1} characters`,
  () => 'InvalidPasswordException: password must not be empty',
  (r) => `token_count=${r(8000)} gen_ai.usage.input_tokens=${r(8000)} max_tokens: ${r(4000)}`,
  (r) => `GET /orders/${r(1e6)}?page=${r(50)}&sort=created_at 200 ${r(900)}ms`,
  (r) => `order ${digits(r, 16)} reserved in warehouse ${r(30)}`,
  (r) =>
    `at Object.handler (/var/task/node_modules/@aws-sdk/client-dynamodb@3.${r(900)}.0/dist-cjs/index.js:${r(9000)}:${r(90)})`,
  (r) => `npm:@types/node@20.${r(20)}.${r(20)} resolved`,
  (r) => `ETag: "${hex(r, 32)}-${r(20)}", x-amz-id-2: ${Buffer.from(hex(r, 40)).toString('base64')}`,
  (r) =>
    `{"level":"INFO","message":"charged","orderId":"${uuid(r)}","amount":${r(90000)},"timestamp":"2026-11-${10 + r(20)}T08:${10 + r(50)}:00.${digits(r, 3)}Z"}`,
  (r) => `item {"pk":{"S":"ORDER#${uuid(r)}"},"sk":{"S":"LINE#${r(99)}"}} partition_key=${base32(r, 26)}`,
  (r) => `epoch ${1_700_000_000 + r(90_000_000)}${digits(r, 3)} ms, nanos ${1_700_000_000 + r(90_000_000)}${digits(r, 9)}`,
  (r) => `s3://orders-archive/2026/11/${hex(r, 12)}.parquet key=exports/${base32(r, 20)}/part-${digits(r, 5)}`,
  (r) => `SELECT * FROM users WHERE token IS NOT NULL AND secret = ? LIMIT ${r(100)}`,
  (r) => `connecting to redis://cache.internal:6379/${r(16)} and https://api.example:8443/v1?x=${r(9)}`,
  (r) => `Authorization: missing (401) for request ${uuid(r)}`,
  (r) => `secret rotation finished in ${r(9000)} ms, password=[password] token=null api_key=\${API_KEY}`,
  (r) => `cache key: user:${r(1e6)}:profile, routing_key=orders.${base32(r, 8)}.created`,
  (r) => `phone ${digits(r, 3)}-${digits(r, 4)}, build ${digits(r, 8)}-${digits(r, 6)}, ip 10.${r(255)}.${r(255)}.${r(255)}`,
  (r) => `MD5 ${hex(r, 32)} and a base64 checksum ${Buffer.from(hex(r, 32), 'hex').toString('base64')}`,
];

export function cleanLines(seed: number, count: number): readonly string[] {
  const random = randomInts(seed);
  return Array.from({ length: count }, (_, n) => LINES[n % LINES.length]?.(random) ?? '');
}
