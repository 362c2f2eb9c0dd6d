import { readFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SPANS_A_REQUEST, template } from './load-spans.ts';
import { production, residentMb } from './production.ts';

/**
 * `npm run bench:load -- --seconds 60 --rate 10000`: so many spans a second to the production bot, with a worker, Redis and a local Slack on
 * the same machine. The clock of a request starts when it was due, whether the sender was free or not.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '10000' },
    /** One request in so many has a trace that fails. */
    failing: { type: 'string', default: '50' },
    /** A folder for the bot's profile. */
    profile: { type: 'string' },
  },
});
const [seconds, rate, failing] = [Number(values.seconds), Number(values.rate), Number(values.failing)];

/** An answer within this is normal. */
const NORMAL_MS = 250;
const TOKEN = 'load';
const TICKS_A_SECOND = 100;

const here = await production({ OTLP_TOKEN: TOKEN });
const { port } = here;
const profile = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
const bot = await here.start('bot', profile);
const worker = await here.start('worker');
const agent = new Agent({ keepAlive: true, maxSockets: 1_024 });

type Answer = { readonly status: number; readonly ms: number };

function sent(body: Buffer, due: number): Promise<Answer> {
  return new Promise((resolve) => {
    const done = (status: number) => resolve({ status, ms: performance.now() - due });
    const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length, authorization: `Bearer ${TOKEN}` };
    httpRequest({ port, host: '127.0.0.1', path: '/v1/traces', method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', () => done(response.statusCode ?? 0));
    })
      .once('error', () => done(0))
      .end(body);
  });
}

/** Processor time in seconds, of a process that runs. */
function cpuOf(pid: number): number {
  const ticks = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(ticks[11]) + Number(ticks[12])) / TICKS_A_SECOND;
}

const pids = { bot: bot.pid, worker: worker.pid, redis: here.redis.pid };
const cpuOfAll = () => Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuOf(pid)]));

async function load(): Promise<readonly Answer[]> {
  const answers: Promise<Answer>[] = [];
  const every = (SPANS_A_REQUEST / rate) * 1_000;
  const began = performance.now();
  const sample = () => memory.push(residentMb(bot.pid).now);
  const sampling = setInterval(sample, 1_000);
  let body = template(Date.now(), true);
  for (let n = 0; n * every < seconds * 1_000; n += 1) {
    const due = began + n * every;
    if (due > performance.now()) await delay(due - performance.now());
    if (n % failing <= 1) body = template(Date.now(), n % failing === 0);
    answers.push(sent(body(n), due));
  }
  const all = await Promise.all(answers);
  clearInterval(sampling);
  return all;
}

const memory: number[] = [];

/** Until one request after another is answered as on a quiet day. */
async function recovery(): Promise<number> {
  const began = performance.now();
  const body = template(Date.now(), false);
  for (let n = 0, good = 0; good < 5; n += 1) {
    const { status, ms } = await sent(body(0xf000_0000 + n), performance.now());
    good = status === 200 && ms < NORMAL_MS ? good + 1 : 0;
    await delay(50);
  }
  return (performance.now() - began) / 1_000;
}

const at = (sorted: readonly number[], share: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);

function told(answers: readonly Answer[]): object {
  const taken = answers
    .filter(({ status }) => status === 200)
    .map(({ ms }) => ms)
    .toSorted((a, b) => a - b);
  const statuses = Object.fromEntries(
    [...new Set(answers.map(({ status }) => status))].map((status) => [
      status,
      answers.filter((each) => each.status === status).length,
    ]),
  );
  return {
    statuses,
    taken_spans_s: Math.round((taken.length * SPANS_A_REQUEST) / seconds),
    p50_ms: at(taken, 0.5),
    p99_ms: at(taken, 0.99),
    max_ms: at(taken, 1),
  };
}

try {
  await here.ready();
  const before = cpuOfAll();
  const answers = await load();
  const after = cpuOfAll();
  const used = (name: string) => (after[name] ?? 0) - (before[name] ?? 0);
  const perSpan = (name: string) => Math.round((used(name) / answers.length / SPANS_A_REQUEST) * 1e6);
  const cpu = Object.fromEntries(Object.keys(pids).map((name) => [name, perSpan(name)]));
  const recovered_s = await recovery();
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const counts = metrics.split('\n').filter((line) => /^tracefall_/.test(line));
  const half = Math.floor(memory.length / 2);
  const mb = {
    first: Math.round(memory[2] ?? 0),
    half: Math.round(memory[half] ?? 0),
    last: Math.round(memory.at(-1) ?? 0),
    most: Math.round(Math.max(...memory)),
  };
  console.log(
    JSON.stringify({
      load_average: loadavg()[0]?.toFixed(1),
      rate,
      seconds,
      sent: answers.length * SPANS_A_REQUEST,
      ...told(answers),
      cpu_us_a_span: cpu,
      bot_mb: mb,
      recovered_s,
    }),
  );
  console.log(counts.join('\n'));
} finally {
  agent.destroy();
  await here.stop();
}
process.exit(0);
