import type { Logger } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { studio } from '../../jobs/studio.ts';
import { startWorkers } from '../../jobs/worker.ts';
import { logger } from '../../src/log.ts';
import { outageLog } from '../../src/redis/outage-log.ts';
import { Secret } from '../../src/secret.ts';
import { openWorld } from '../../src/world.ts';
import { eventually } from '../eventually.ts';
import { emptied } from '../world/redis.ts';
import { startRedisServer } from '../world/redis-server.ts';

let lines: string[];
let log: Logger;
beforeEach(() => {
  lines = [];
  log = logger('info', { write: (line) => void lines.push(saidIn(JSON.parse(line))) });
});

const saidIn = ({ msg, queue }: { readonly msg: string; readonly queue?: string }): string =>
  queue ? `${msg} of ${queue}` : msg;
const connectionReset = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });

test('a fault of one connection is said with its queue; while Redis is away it is said once, however many try how often, and when it is back', async () => {
  const server = await startRedisServer();
  const slack = { botToken: new Secret('xoxb-1'), signingSecret: undefined, appToken: undefined, apiUrl: 'http://127.0.0.1:1/' };
  const redisUrl = `redis://127.0.0.1:${server.port}`;
  const open = openWorld({ redisUrl, slack: { ...slack, channel: 'C0INCIDENTS' }, log });
  await emptied(open.prompt);
  const workers = startWorkers({ ...open.world, studio: studio(open.world) }, open.patient, log);
  await open.patient.ping();
  let attempts = 0;
  const count = () => {
    attempts += 1;
  };
  for (const redis of [open.prompt, open.patient]) redis.on('error', count);
  await open.prompt.ping();
  outageLog(log).onError(connectionReset(), 'examine');
  await eventually(() => lines.length > 0, { what: 'a line about one connection' });
  expect(lines.splice(0)).toEqual(['Redis of examine']);
  await server.kill();
  await eventually(() => attempts >= 12, { what: 'a dozen attempts to connect', withinMs: 15_000 });

  expect(lines).toEqual(['Redis does not answer']);
  await server.start();
  await eventually(() => lines.includes('Redis answers again'), { what: 'the line that it is back', withinMs: 15_000 });
  expect(lines).toHaveLength(2);
  await workers.close();
  await open.close();
  await server.stop();
});

test('what is wrong with a command is no outage, and said each time', () => {
  const { onError } = outageLog(log);
  for (let times = 0; times < 3; times++) {
    const error = new Error('READONLY You can’t write against a read only replica.');
    // Whoever shares the connection hears of it.
    for (const queue of ['examine', 'announce', 'answer']) onError(error, queue);
  }

  expect(lines).toEqual(Array.from({ length: 3 }, () => 'Redis of examine'));
});
