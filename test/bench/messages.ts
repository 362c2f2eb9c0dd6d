import { parseArgs } from 'node:util';
import fc from 'fast-check';
import type { Chat } from '../../src/ports.ts';
import { slackChat } from '../../src/slack/chat.ts';
import { anyHostile, everyMessage, type Hostile, messageViolations } from '../slack/every-message.ts';
import { NOON } from '../slack/samples.ts';
import { startSlackProxy } from '../world/slack-proxy.ts';
import { emulatedSlack } from '../world/slack-servers.ts';

/**
 * `npm run bench:messages -- --incidents 10000 --seed 7`: every message of so many hostile incidents before the strict validator, and
 * what is posted and edited of each before an emulator by others as well. Ends with 1 where anything was refused.
 */
const { values } = parseArgs({ options: { incidents: { type: 'string', default: '10000' }, seed: { type: 'string' } } });
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const runs = Number(values.incidents);
console.log(`seed ${seed}, incidents ${runs}`);

const refused: string[] = [];
/** At once: whoever ends the run early knows what was found. */
const MOST_SHOWN = 10;
function note(...all: readonly string[]): void {
  for (const each of all) {
    if (refused.length < MOST_SHOWN) console.log(each.slice(0, 300));
    refused.push(each);
  }
}
let judged = 0;
let taken = 0;

type Emulated = { readonly chat: Chat; readonly channel: string; readonly stop: () => Promise<void> };

/** One for each batch: an emulator answers 403 after some 5,000 calls of one token (emulate 0.12.2). */
async function emulator(): Promise<Emulated> {
  const server = await emulatedSlack();
  const proxy = await startSlackProxy(server);
  const stop = async () => {
    note(...proxy.violations);
    await proxy.stop();
    await server.stop();
  };
  return { chat: slackChat({ token: server.token, apiUrl: proxy.apiUrl, clock: () => NOON }), channel: server.channel, stop };
}

/** The real door, over HTTP; its calls pass the validator on their way. */
async function emulated({ incidents: [incident] }: Hostile, n: number, { chat, channel }: Emulated): Promise<void> {
  const mine = { ...incident, id: `hostile-${n}` };
  const posted = await chat.postRoot(mine, channel);
  if (posted.kind !== 'posted') return note(`incident ${n}: ${JSON.stringify(posted)}`);
  await chat.editRoot(mine, posted.thread);
  taken += 2;
  if (mine.log.length === 0) return;
  const entry = await chat.postEntry(mine, mine.log.length - 1, posted.thread, n % 2 === 0);
  if (entry.kind === 'posted') taken += 1;
  else note(`incident ${n}, an entry: ${JSON.stringify(entry)}`);
}

const began = performance.now();
/** Some at a time: a million messages at once are more than a small machine holds. */
const BATCH = 500;
for (let n = 0; n < runs; n += BATCH) {
  const slack = await emulator();
  for (const [index, hostile] of fc.sample(anyHostile, { seed: seed + n, numRuns: Math.min(BATCH, runs - n) }).entries()) {
    for (const [method, args] of everyMessage(hostile)) {
      judged += 1;
      note(...messageViolations(method, args).map((each) => `incident ${n + index}: ${each}`));
    }
    await emulated(hostile, n + index, slack);
  }
  await slack.stop();
  process.stderr.write(`\r${Math.min(runs, n + BATCH)} incidents, ${judged} messages, ${refused.length} refused`);
}
const seconds = ((performance.now() - began) / 1_000).toFixed(0);
console.log(`\n${judged} messages judged, ${taken} calls taken by emulate, ${refused.length} refused, ${seconds} s`);
process.exit(refused.length > 0 ? 1 : 0);
