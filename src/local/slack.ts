import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { signOfLife, startOwned } from './owned-process.ts';
import { slackProgram } from './slack-program.ts';
import { workspace } from './slack-workspace.ts';

export type LocalSlack = {
  /** The page where a person reads and writes. */
  readonly url: string;
  /** For `slackApiUrl` of a WebClient; ends in a slash. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly signingSecret: string;
  readonly channel: { readonly id: string; readonly name: string };
  /** Resolves when it has ended, by `stop` or not, with how. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
};

export type SlackOptions = {
  /** For its configuration and the files that are uploaded. Messages are gone when it stops. */
  readonly dataDir: string;
  /** undefined: any free one. */
  readonly port?: number | undefined;
  /** Where it sends commands, clicks and events, signed: `http://127.0.0.1:PORT/slack/events`. */
  readonly appUrl: string;
  /** A `local-slack` of the person's own (LOCAL_SLACK). */
  readonly binary?: string | undefined;
  readonly onProgress?: (line: string) => void;
};

const ANSWER_WITHIN_MS = 30_000;

/**
 * Starts the local Slack workspace "Acme" with our app in it. It ends with us. Its program listens on every interface and asks
 * nobody for a password (it has no setting for either): for development machines only.
 * Throws an Error for people: how to get the program, or what it said last.
 */
export async function startLocalSlack(options: SlackOptions): Promise<LocalSlack> {
  const command = await slackProgram(options.binary);
  const files = path.join(options.dataDir, 'files');
  await rm(files, { recursive: true, force: true });
  await mkdir(files, { recursive: true, mode: 0o700 });

  const secrets = { botToken: `xoxb-local-${randomBytes(12).toString('hex')}`, signingSecret: randomBytes(16).toString('hex') };
  const acme = workspace({ ...secrets, appUrl: options.appUrl });
  const config = path.join(options.dataDir, 'workspace.json');
  await writeFile(config, JSON.stringify(acme.config, undefined, 2), { mode: 0o600 });

  // Port 0 is any free one; the address that it prints is the one it has. By number, because `localhost` may mean ::1 to some.
  const args = ['--config', config, '--port', `${options.port ?? 0}`, '--base-host', '127.0.0.1', '--files-dir', files];
  const program = await startOwned({ command, args });
  try {
    const [, url = ''] = await signOfLife(program, program.line(/Web UI:\s+(http:\/\/\S+)/), ANSWER_WITHIN_MS);
    options.onProgress?.(`Slack workspace "${acme.config.workspace.name}" is at ${url}`);
    return { url, apiUrl: `${url}/api/`, ...secrets, channel: acme.incidents, ended: program.ended, stop: program.stop };
  } catch (cause) {
    await program.stop();
    throw new Error(`local-slack (${command}) ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
