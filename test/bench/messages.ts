import { parseArgs } from 'node:util';
import fc from 'fast-check';
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

const server = await emulatedSlack();
const proxy = await startSlackProxy(server);
const chat = slackChat({ token: server.token, apiUrl: proxy.apiUrl, clock: () => NOON });
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

/** The real door, over HTTP; its calls pass the validator on their way. */
async function emulated({ incidents: [incident] }: Hostile, n: number): Promise<void> {
  const mine = { ...incident, id: `hostile-${n}` };
  const posted = await chat.postRoot(mine, server.channel);
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
const BATCH = 100;
for (let n = 0; n < runs; n += BATCH) {
  for (const [index, hostile] of fc.sample(anyHostile, { seed: seed + n, numRuns: Math.min(BATCH, runs - n) }).entries()) {
    for (const [method, args] of everyMessage(hostile)) {
      judged += 1;
      note(...messageViolations(method, args).map((each) => `incident ${n + index}: ${each}`));
    }
    await emulated(hostile, n + index);
  }
  process.stderr.write(`\r${n + BATCH} incidents, ${judged} messages, ${refused.length} refused`);
}
note(...proxy.violations);
const seconds = ((performance.now() - began) / 1_000).toFixed(0);
console.log(`\n${judged} messages judged, ${taken} calls taken by emulate, ${refused.length} refused, ${seconds} s`);
await proxy.stop();
await server.stop();
process.exit(refused.length > 0 ? 1 : 0);
