import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The program as built, as a person runs it. */
const CLI = 'dist/jobs/cli.js';
const CORPUS = process.env['TRACEFALL_CORPUS'];

type Run = { readonly code: number; readonly out: string; readonly err: string };

const run = (args: readonly string[], input = ''): Promise<Run> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [CLI, ...args], { maxBuffer: 1 << 26 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
    child.stdin?.end(input);
  });

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracefall-inspect-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const NANOS = '000000';
const span = (id: string, parent: string, name: string, [from, to]: readonly [number, number], status = 0) => ({
  ...{ traceId: 'ab'.repeat(16), spanId: id.repeat(16), parentSpanId: parent.repeat(16), name, kind: parent === '' ? 2 : 3 },
  ...{
    startTimeUnixNano: `${1_795_000_000_000 + from}${NANOS}`,
    endTimeUnixNano: `${1_795_000_000_000 + to}${NANOS}`,
    status: { code: status },
  },
});
const otlp = (...spans: object[]): string =>
  JSON.stringify({
    resourceSpans: [
      { resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }, scopeSpans: [{ spans }] },
    ],
  });
const failing = otlp(span('a', '', 'POST /pay', [0, 1_000], 2), span('b', 'a', 'charge', [100, 900], 2));

test('--map writes the service map of all transactions and prints it in characters', async () => {
  const out = join(folder, 'map.png');
  const { code, out: said } = await run([
    'inspect',
    '--map',
    out,
    'test/cases/sns-to-sqs.jsonl',
    'test/cases/kinesis-batch.jsonl',
  ]);

  expect(code).toBe(0);
  expect(await sharp(await readFile(out)).metadata()).toMatchObject({ format: 'png', width: 1_200 });
  expect(said).toMatch(/SNS orders\n {2}├⇢ SQS billing +1×\n {2}╰⇢ SQS indexing +1×/);
  expect(said).toContain('2 transactions · 9 services and resources, 7 edges');
});

test('--theme and --preset change the picture; what they do not know ends with 1', async () => {
  const out = join(folder, 'dark.png');
  const { code, err } = await run([
    'inspect',
    '--png',
    out,
    '--theme',
    'dark',
    '--preset',
    'full',
    'test/cases/sns-to-sqs.jsonl',
  ]);
  const corner = await sharp(out).extract({ left: 0, top: 0, width: 1, height: 1 }).raw().toBuffer();

  // Nothing of a progress line: this is no terminal.
  expect([code, err]).toEqual([0, '']);
  expect((await sharp(out).metadata()).width).toBe(1_520);
  expect([...corner]).toEqual([0x1a, 0x1d, 0x21]);
  expect(await run(['inspect', '--theme', 'pink', 'test/cases/sns-to-sqs.jsonl'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('--theme is light or dark, not pink'),
  });
});

test('--map to a place that is not there ends with 1 and names it', async () => {
  const { code, err } = await run(['inspect', '--json', '--map', join(folder, 'no', 'map.png'), 'test/cases/sns-to-sqs.jsonl']);

  expect([code, err]).toEqual([1, expect.stringContaining('map.png')]);
});

test('prints each transaction as a waterfall in characters, with its causes', async () => {
  const { code, out } = await run(['inspect', await file('failing.json', failing)]);

  expect(code).toBe(0);
  expect(out).toContain(`failed  POST /pay · 1.00 s · 2026-11-18 11:06:40.000 UTC · ${'ab'.repeat(16)}\n`);
  expect(out).toMatch(/POST \/pay +├─+┤ 1\.00 s +failed/);
  expect(out).toMatch(/ {2}charge +├─+┤ +800 ms +failed/);
  expect(out).toContain('2 records: 2 placed, 0 duplicates');
});

test('takes gzip, standard input, several files and folders as one body of telemetry', async () => {
  const whole = await run(['inspect', '--json', '-'], failing);
  const first = await file('parts/../one.json', otlp(span('a', '', 'POST /pay', [0, 1_000], 2)));
  const second = await file('two.json.gz', gzipSync(otlp(span('b', 'a', 'charge', [100, 900], 2))));
  const parts = await run(['inspect', '--json', first, second]);

  expect(JSON.parse(parts.out).transactions).toEqual(JSON.parse(whole.out).transactions);
});

test('prints the contract’s JSON', async () => {
  const { out } = await run(['inspect', '--json', '-'], failing);
  const inspected = JSON.parse(out);

  expect(inspected).toMatchObject({
    format: 1,
    records: { read: 2, placed: 2, duplicates: 0, rejected: [] },
    window: { causes: [{ kind: 'downstream-error', service: 'shop' }] },
  });
  expect(inspected.transactions).toHaveLength(1);
  const [transaction] = inspected.transactions;
  expect(transaction).toMatchObject({
    id: 'ab'.repeat(16),
    name: 'POST /pay',
    outcome: 'failed',
    durationMicros: 1_000_000,
    coldStarts: 0,
  });
  expect(transaction.spans[1]).toEqual({
    ...{
      traceId: 'ab'.repeat(16),
      spanId: 'b'.repeat(16),
      parentSpanId: 'a'.repeat(16),
      alsoFrom: [],
      join: 'parent',
      service: 'shop',
      operation: 'charge',
    },
    ...{
      kind: 'client',
      resource: null,
      startMicros: 1_795_000_000_100_000,
      durationMicros: 800_000,
      shiftedMicros: 0,
      status: 'error',
    },
    ...{
      error: expect.toSatisfy((error: unknown) => error === null || typeof error === 'object'),
      selfMicros: 800_000,
      criticalMicros: 800_000,
    },
  });
  const breakdown: Record<string, number> = transaction.breakdown;
  expect(Object.values(breakdown).reduce((sum, part) => sum + part, 0)).toBe(1_000_000);
});

test('prints all of it into a pipe, however slowly that is read', async () => {
  const many = Array.from({ length: 3_000 }, (_, n) => ({
    ...span('b', 'a', 'charge', [n, n + 1]),
    spanId: (n + 1).toString(16).padStart(16, '0'),
  }));
  const { out } = await run([
    'inspect',
    '--json',
    await file('many.json', otlp(span('a', '', 'POST /pay', [0, 4_000]), ...many)),
  ]);

  expect(out.length).toBeGreaterThan(1 << 20);
  expect(JSON.parse(out).transactions[0].spans).toHaveLength(3_001);
});

test('draws the first transaction as a picture', async () => {
  const png = join(folder, 'out.png');
  expect((await run(['inspect', '--png', png, '-'], failing)).code).toBe(0);

  expect(await sharp(await readFile(png)).metadata()).toMatchObject({ format: 'png', width: 1_200 });
});

test('judges against a baseline what is slow', async () => {
  const usual = Array.from({ length: 25 }, (_, n) => {
    const one = span('a', '', 'POST /pay', [0, 100 + n]);
    return { ...one, traceId: (n + 16).toString(16).padStart(32, '1') };
  });
  const baseline = await file('usual.json', otlp(...usual));
  const slow = await file('slow.json', otlp(span('a', '', 'POST /pay', [0, 2_000])));

  const without = await run(['inspect', '--json', slow]);
  const against = await run(['inspect', '--json', slow, '--baseline', baseline]);

  expect([JSON.parse(without.out).transactions[0].outcome, JSON.parse(against.out).transactions[0].outcome]).toEqual([
    'ok',
    'slow',
  ]);
});

test.each([
  ['nothing readable', 'not telemetry {', /:1: |broken\.json/],
  ['nothing at all', '', /broken\.json/],
])('a file with %s ends with 1 and says which file and where', async (_what, content, says) => {
  const { code, out, err } = await run(['inspect', await file('broken.json', content)]);

  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(says);
});

test('a file that is not there ends with 1 and names it', async () => {
  const { code, err } = await run(['inspect', join(folder, 'nowhere.json')]);

  expect(code).toBe(1);
  expect(err).toContain('nowhere.json');
});

test('a command that does not exist ends with 1 and says which there are', async () => {
  const { code, err } = await run(['inspekt']);

  expect(code).toBe(1);
  expect(err).toContain('inspekt');
  expect(err).toContain('tracefall inspect FILE');
});

test('a start without configuration names every fault at once and prints no value', async () => {
  const { code, err } = await run(['serve']);

  expect(code).toBe(1);
  for (const name of ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'TRACEFALL_CHANNEL', 'REDIS_URL']) expect(err).toContain(name);
});

test.skipIf(CORPUS !== undefined)('the recorded aws/spans are skipped: TRACEFALL_CORPUS names no folder with them', () => {
  expect(CORPUS).toBeUndefined();
});

test.skipIf(CORPUS === undefined)(
  'reads recorded aws/spans: four transactions, in-progress copies dropped, and AWS’s own words for what failed',
  async () => {
    const { out } = await run(['inspect', join(CORPUS ?? '', 'aws-spans/step-functions.json'), '--json']);
    const { records, transactions } = JSON.parse(out);

    expect(records).toMatchObject({ read: 28, placed: 16, duplicates: 12 });
    const seen = transactions.map((one: { outcome: string; spans: unknown[] }) => `${one.outcome} ${one.spans.length}`);
    expect(seen.sort()).toEqual(['failed 3', 'failed 3', 'ok 5', 'ok 5']);
    for (const { causes, outcome } of transactions) {
      if (outcome !== 'failed') continue;
      expect(causes[0]).toMatchObject({ kind: 'permission-denied', operation: 'S3.ListBuckets' });
      expect(causes[0].summary).toContain('is not authorized to perform: s3:ListAllMyBuckets');
    }
  },
);

test('names a file that is not there', async () => {
  const { code, err } = await run(['inspect', '/nowhere/spans.json']);

  expect([code, err.trim()]).toEqual([1, '/nowhere/spans.json: expected a file or a folder, and there is none that can be read']);
});

test('tells its version, and how it is used to whoever asks any command', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));

  expect(await run(['--version'])).toMatchObject({ code: 0, out: `${version}\n` });
  expect(await run(['inspect', '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('tracefall inspect FILE…') });
});
