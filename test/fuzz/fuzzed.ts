import { readDelivery } from '../../src/aws/delivery.ts';
import { readFirehose } from '../../src/aws/firehose.ts';
import { redactor } from '../../src/redaction/redact.ts';
import { verdictOn } from '../../src/slack/genuine.ts';
import { code, codeBlock, plainEscaped, prose } from '../../src/slack/mrkdwn.ts';
import { readTraceCommand } from '../../src/slack/trace-command.ts';
import { readStrangersJson } from '../../src/telemetry/json.ts';
import { parseOtlp } from '../../src/telemetry/otlp.ts';
import { parse } from '../../src/telemetry/parse.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { doing } from '../slack/parsed-mrkdwn.ts';
import { hostileInputs } from './inputs.ts';

type Fault = { readonly n: number; readonly what: string; readonly text: string };
export type Fuzzed = {
  readonly inputs: number;
  readonly faults: readonly Fault[];
  readonly slowest: { readonly ms: number; readonly n: number; readonly what: string };
};

/** An input that takes longer than this keeps everybody else waiting. */
const LONGEST_MS = 50;

type Input = { readonly text: string; readonly bytes: Uint8Array };
/** Characters of mrkdwn: reading it again, to see what it would do, is what takes the time. */
const ENOUGH = 200;
const TRIED = 250;
const redact = redactor();
const now = 1_795_356_128_000;

type Target = (input: Input) => string | undefined;
type Targets = Readonly<Record<string, Target>>;

/** What strangers' bytes reach, and what may not happen there: undefined is well. Every input comes by here … */
const READERS: Targets = {
  parse: ({ bytes }) => void assemble(redact.records(parse(bytes, 'fuzz').records)),
};

/** … and at one of these, in turn: what they do depends on few characters, and to read it again costs more than all the rest. */
const OTHERS: Targets = {
  'OTLP protobuf': ({ bytes }) => void parseOtlp('Spans', bytes, 'protobuf'),
  'OTLP/JSON': ({ bytes }) => void parseOtlp('LogRecords', bytes, 'json'),
  'Firehose, EventBridge': ({ text, bytes }) => void delivered(text, bytes),
  redactor: ({ text }) => void redact.text(text),
  sentence: ({ text }) => acts(prose(text.slice(0, TRIED), ENOUGH)),
  'code span': ({ text }) => acts(code(text.slice(0, TRIED), ENOUGH)),
  'code block': ({ text }) => acts(codeBlock(text, ENOUGH)),
  'plain text': ({ text }) => (/[<>]/.test(plainEscaped(text.slice(0, TRIED), ENOUGH)) ? 'has a sign of markup' : undefined),
  '/trace': ({ text }) => void readTraceCommand(text),
  verifier: ({ text, bytes }) =>
    verdictOn({ stamp: String(now / 1_000), signature: text, body: Buffer.from(bytes) }, ['secret'], now) === 'genuine'
      ? 'taken'
      : undefined,
};

const delivered = (text: string, bytes: Uint8Array): void => {
  const json = readStrangersJson(bytes);
  const value = 'value' in json ? json.value : { records: [{ data: Buffer.from(text).toString('base64') }] };
  readFirehose(value, undefined);
  readDelivery(value, undefined, 'fuzz');
};

const acts = (written: string): string | undefined => {
  const [first] = doing(written);
  return first && `${first.kind}: ${first.text}`;
};

const readers = Object.entries(READERS);
const others = Object.entries(OTHERS);

/** Puts every input to the readers and to one of the others. Calls `onProgress` now and then. */
export function fuzzed(seed: number, count: number, onProgress: (done: number) => void = () => undefined): Fuzzed {
  const faults: Fault[] = [];
  const own = Object.getOwnPropertyNames(Object.prototype).length;
  let slowest = { ms: 0, n: 0, what: '' };
  for (const input of hostileInputs(seed, count)) {
    for (const [what, target] of [...readers, ...others.slice(input.n % others.length).slice(0, 1)]) {
      const { fault, ms } = tried(target, input);
      if (ms > slowest.ms) slowest = { ms, n: input.n, what };
      if (fault !== undefined) faults.push({ n: input.n, what: `${what}: ${fault}`, text: input.text });
    }
    if (input.n % 10_000 === 0) onProgress(input.n);
  }
  if (Object.getOwnPropertyNames(Object.prototype).length !== own)
    faults.push({ n: count, what: 'Object.prototype changed', text: '' });
  return { inputs: count, faults, slowest };
}

export const isSlow = ({ slowest }: Fuzzed): boolean => slowest.ms > LONGEST_MS;

/** On a busy machine anything may take long once: what is slow is slow every time. */
function tried(target: Target, input: Input): { readonly fault: string | undefined; readonly ms: number } {
  let ms = Number.POSITIVE_INFINITY;
  let fault: string | undefined;
  for (let times = 0; times < 4 && ms > LONGEST_MS / 2; times += 1) {
    const began = performance.now();
    fault = outcome(target, input);
    ms = Math.min(ms, performance.now() - began);
  }
  return { fault, ms };
}

function outcome(target: Target, input: Input): string | undefined {
  try {
    return target(input);
  } catch (error) {
    return `threw ${String(error)}`;
  }
}
