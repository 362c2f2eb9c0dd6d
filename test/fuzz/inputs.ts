import { gzipSync } from 'node:zlib';
import { randomInts } from '../random-ints.ts';
import { CANARY_KINDS, ENCODINGS } from '../redaction/canaries.ts';
import { awsSpan, logsRequest, otlpSpan, packed, payload, REQUEST, traceRequest } from '../telemetry/samples.ts';

type Random = (below: number) => number;

/** One of each kind of telemetry, to be damaged. */
const SEEDS: readonly string[] = [
  traceRequest([otlpSpan({ attributes: [{ key: 'k', value: { stringValue: 'v' } }], links: [{}], events: [{}] })]),
  logsRequest([{ timeUnixNano: '1785830304877000193', body: { stringValue: 'it failed' } }]),
  awsSpan(),
  payload([`START RequestId: ${REQUEST}`, `REPORT RequestId: ${REQUEST}\tDuration: 3.00 ms`, JSON.stringify(awsSpan())]),
  packed(payload([`END RequestId: ${REQUEST}`])),
  {
    Id: '1-5759e988-bd862e3fe1be46a994272793',
    Segments: [
      {
        Id: 'a',
        Document: '{"id":"70de5b6f19ff9a0a","name":"a","start_time":1,"trace_id":"1-5759e988-bd862e3fe1be46a994272793"}',
      },
    ],
  },
  {
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    time: '2026-08-04T07:58:24Z',
    detail: { alarmName: 'x', state: { value: 'ALARM' } },
  },
  [
    {
      traceId: '5b8efff798038103d269b633813fc60c',
      id: 'eee19b7ec3c1b174',
      name: 'get',
      timestamp: 1785830304877000,
      duration: 5,
    },
  ],
  { data: [{ traceID: '5b8efff798038103d269b633813fc60c', spans: [], processes: {} }] },
  { time: '2026-08-04T07:58:24.877Z', type: 'platform.report', record: { requestId: REQUEST, metrics: { durationMs: 1 } } },
  { level: 'ERROR', requestId: REQUEST, message: { errorType: 'E', errorMessage: 'm' } },
].map((value) => JSON.stringify(value));

const JUNK = [
  '{}',
  '[]',
  'null',
  '-0',
  '1e999',
  '9007199254740993',
  '"__proto__"',
  '"constructor"',
  '"\\ud800"',
  '"\\u0000"',
  '"\u202e"',
  '""',
  'true',
  '[[[[]]]]',
  '{"__proto__":{"polluted":1}}',
  '"<!channel>"',
  '"`<@U0MAYA>`"',
];
const CHUNKS = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\n',
  '\t',
  '\0',
  'é',
  '\u2028',
  '<!here>',
  '```',
  '&lt;',
  '%41',
  '\\u0041',
  'REPORT RequestId: ',
  'Task timed out after ',
  '-----BEGIN PRIVATE KEY-----',
  'eyJ',
  '@',
  '://',
  '4111 1111 1111 1111',
];

/** A value, a key or a stretch of a known text gone, doubled, moved or replaced; or a secret in any writing; or letters by chance. */
function hostileText(random: Random): string {
  const pick = <T>(list: readonly T[], fallback: T): T => list[random(list.length)] ?? fallback;
  let text = pick(SEEDS, '');
  for (let edits = random(6); edits >= 0; edits -= 1) text = edited(text, pick, random);
  if (random(4) > 0) return text;
  const canary = pick(Object.values(CANARY_KINDS), undefined)?.(random);
  const write = pick(Object.values(ENCODINGS), undefined);
  return random(2) === 0 ? `${text.slice(0, random(60))}${write?.(canary?.text ?? '')}` : letters(random);
}

function edited(text: string, pick: <T>(list: readonly T[], fallback: T) => T, random: Random): string {
  const from = random(text.length + 1);
  const to = Math.min(text.length, from + random(20));
  switch (random(6)) {
    case 0:
      return text.slice(0, from) + text.slice(to);
    case 1:
      return text.slice(0, to) + text.slice(from);
    case 2:
      return text.slice(0, from) + pick(CHUNKS, '') + text.slice(from);
    case 3:
      return text.slice(0, from) + pick(CHUNKS, '').repeat(random(200)) + text.slice(to);
    default:
      return valueReplaced(text, from, pick(JUNK, '{}'));
  }
}

/** The next value of the JSON text, whatever is in it. */
function valueReplaced(text: string, from: number, by: string): string {
  const colon = text.indexOf(':', from);
  if (colon < 0) return text;
  const end = text.slice(colon + 1).search(/[,}\]]/);
  return end < 0 ? text : text.slice(0, colon + 1) + by + text.slice(colon + 1 + end);
}

const letters = (random: Random): string =>
  String.fromCharCode(...Array.from({ length: random(400) }, () => (random(5) === 0 ? random(0x1_0000) : random(128))));

export function* hostileInputs(
  seed: number,
  count: number,
): Generator<{ readonly text: string; readonly bytes: Uint8Array; readonly n: number }> {
  const random = randomInts(seed);
  for (let n = 0; n < count; n += 1) {
    const text = hostileText(random);
    const plain = Buffer.from(text);
    const bytes = random(12) === 0 ? gzipSync(plain) : random(12) === 0 ? damaged(plain, random) : plain;
    yield { text, bytes, n };
  }
}

function damaged(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  for (let times = random(8); times >= 0 && copy.length > 0; times -= 1) copy[random(copy.length)] = random(256);
  return copy;
}
