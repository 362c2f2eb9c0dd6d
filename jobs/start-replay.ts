import type { Redis } from 'ioredis';
import { functionConfig } from '../src/config.ts';
import { redactor } from '../src/redaction/redact.ts';
import { patientConnection } from '../src/redis/connection.ts';
import { countGivenUp, type GivenUp, readGivenUp, replayGivenUp } from '../src/redis/given-up.ts';
import { redisQueue } from '../src/redis/queue.ts';
import { toMillis } from '../src/units.ts';
import { within } from '../src/within.ts';
import { QUEUES } from '../src/work.ts';

/** Of each queue; what they say is mostly the same. */
const SHOWN_OF_EACH = 5;
const LINE_CHARACTERS = 300;

/** Says which jobs were given up and why; or, with the name of a queue, has those of it done again. Gives the exit code. */
export async function replay(queue: string | undefined, print: (text: string) => void): Promise<number> {
  const redis = patientConnection(functionConfig().redisUrl, () => undefined);
  try {
    if (queue !== undefined) return await again(redis, queue, print);
    const counts = await within(countGivenUp(redis));
    print(listed(counts, await within(readGivenUp(redis, SHOWN_OF_EACH))));
    return 0;
  } finally {
    redis.disconnect();
  }
}

async function again(redis: Redis, asked: string, print: (text: string) => void): Promise<number> {
  const name = QUEUES.find((each) => each === asked);
  if (name === undefined) {
    print(`there is no queue ${JSON.stringify(asked)}: expected one of ${QUEUES.join(', ')}`);
    return 1;
  }
  print(`${name}: ${await within(replayGivenUp(redis, name))} done again`);
  const queues = redisQueue(redis, () => undefined);
  // The message in Slack that told of them is to say so.
  await within(queues.trouble({ v: 1, of: name }));
  await queues.close();
  return 0;
}

function listed(counts: ReadonlyMap<string, number>, samples: readonly GivenUp[]): string {
  if (counts.size === 0) return 'No job was given up.';
  const ofQueue = ([queue, count]: readonly [string, number]): readonly string[] => [
    `${queue}: ${count} given up; to have them done again: tracefall replay ${queue}`,
    ...samples.filter((sample) => sample.queue === queue).map(line),
  ];
  return [...counts].flatMap(ofQueue).join('\n');
}

/** What others wrote stands in the reason, and who asked in the payload: neither may tell a secret. */
function line({ id, at, why, payload }: GivenUp): string {
  const said = redactor().text(`${why} · ${JSON.stringify(payload, withoutPath)}`.replaceAll(/\s+/g, ' '));
  return `  ${new Date(toMillis(at)).toISOString()} ${id}: ${said.slice(0, LINE_CHARACTERS)}`;
}

/** Slack's address for an answer is a secret while it lives. */
const withoutPath = (_: string, value: unknown): unknown =>
  typeof value === 'string' && value.startsWith('https://') && URL.canParse(value) ? new URL(value).origin : value;
