#!/usr/bin/env node
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const USAGE = `tracefall: the failing transaction, in Slack

  tracefall inspect FILE… [--baseline FILE…] [--json] [--png OUT] [--map OUT] [--rules FILE]
                    [--theme light|dark] [--preset thread|full]
                        read telemetry files, print each transaction with its causes; try a rules file on them;
                        draw the first and the map of all
  tracefall local       everything on this machine with no account (npm start)
  tracefall bot         Slack and OTLP/HTTP
  tracefall worker      the jobs
  tracefall serve       bot and worker in one process
  tracefall doctor [URL]
                        what a start needs, what of it is missing, and how to mend it; with the bot's address also whether
                        it answers there
  tracefall replay [QUEUE]
                        jobs that were given up, and why; with the name of a queue, do those of it again
  tracefall manifest [URL]
                        the Slack app manifest for a bot at that address; without one for Socket Mode
`;

/** Each loads what it needs and no more: to read a file takes no Slack, to serve takes no shop. */
const commands: Readonly<Record<string, (rest: readonly string[]) => Promise<number>>> = {
  inspect: async (rest) => {
    const { values, positionals } = parseArgs({
      args: [...rest],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        png: { type: 'string' },
        map: { type: 'string' },
        rules: { type: 'string' },
        theme: { type: 'string', default: 'light' },
        preset: { type: 'string', default: 'thread' },
        baseline: { type: 'string', multiple: true, default: [] },
      },
    });
    if (positionals.length === 0) return complain('inspect: expected at least one FILE (or - for standard input)');
    const { theme, preset } = values;
    if (theme !== 'light' && theme !== 'dark') return complain(`inspect: --theme is light or dark, not ${theme}`);
    if (preset !== 'thread' && preset !== 'full') return complain(`inspect: --preset is thread or full, not ${preset}`);
    const { inspect } = await import('./start-inspect.ts');
    const { json, png, map, rules, baseline } = values;
    return await inspect({ files: positionals, baseline, json, png, map, rules, theme, preset });
  },
  local: async () => {
    const { local } = await import('./start-local.ts');
    return await untilSignal(() => local(console.log));
  },
  serve: () => serving(['bot', 'worker']),
  bot: () => serving(['bot']),
  worker: () => serving(['worker']),
  doctor: async ([url]) => {
    const { doctor } = await import('./start-doctor.ts');
    return await doctor(console.log, url);
  },
  replay: async ([queue]) => {
    const { replay } = await import('./start-replay.ts');
    return await replay(queue, console.log);
  },
  manifest: async ([url]) => {
    const { manifest } = await import('../src/slack/manifest.ts');
    console.log(JSON.stringify(manifest(url), undefined, 2));
    return 0;
  },
};

async function serving(roles: readonly ('bot' | 'worker')[]): Promise<number> {
  const { config } = await import('../src/config.ts');
  const { serve } = await import('./start-serve.ts');
  return await untilSignal(() => serve(config(), roles));
}

function complain(why: string): number {
  console.error(`${why}\n\n${USAGE}`);
  return 1;
}

type Running = { readonly close: () => Promise<void>; readonly broken?: Promise<string> };

/** ECS and Kubernetes kill after 30 s. What is not finished by then is taken up again by another worker. */
const CLOSE_WITHIN_MS = 25_000;
/** Workers wait for their Redis, which will not come back. */
const CLOSE_BROKEN_WITHIN_MS = 3_000;

/** Runs until SIGINT or SIGTERM, then lets what is under way finish. A second signal ends it at once. */
async function untilSignal(start: () => Promise<Running>): Promise<number> {
  const running = await start();
  const signalled = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]).then(() => undefined);
  const broken = await Promise.race([signalled, ...(running.broken ? [running.broken] : [])]);
  if (broken !== undefined) console.error(`${broken}: stopping.`);
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  return await Promise.race([
    running.close().then(() => (broken === undefined ? 0 : 1)),
    delay(broken === undefined ? CLOSE_WITHIN_MS : CLOSE_BROKEN_WITHIN_MS, 1, { ref: false }),
  ]);
}

/** Of package.json, which lies two folders above the built program. */
async function version(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  return String(version);
}

async function main([name, ...rest]: readonly string[]): Promise<number> {
  if (name === '--version') console.log(await version());
  else if (name === undefined || ['help', '--help', '-h'].includes(name) || ['--help', '-h'].includes(rest[0] ?? ''))
    console.log(USAGE);
  else return await commanded(name, rest);
  return 0;
}

async function commanded(name: string, rest: readonly string[]): Promise<number> {
  const command = commands[name];
  return command ? await command(rest) : complain(`there is no command ${JSON.stringify(name)}`);
}

/** Node gives up what a pipe has not taken when it exits, and a pipe takes 64 KiB at a time. https://nodejs.org/api/process.html#processexitcode */
const written = (stream: NodeJS.WriteStream): Promise<void> => new Promise((resolve) => stream.write('', () => resolve()));

async function exitWith(code: number): Promise<never> {
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit(code);
}

try {
  await exitWith(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await exitWith(1);
}
