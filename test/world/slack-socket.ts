import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signOfLife, startOwned } from '../../src/local/owned-process.ts';
import { slackProgram } from '../../src/local/slack-program.ts';
import { workspace } from '../../src/local/slack-workspace.ts';

export type SocketSlack = {
  readonly url: string;
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly channel: string;
  stop(): Promise<void>;
};

/** The local workspace, speaking to the app over a WebSocket that the app opens: no address of ours is needed. */
export async function socketSlack(): Promise<SocketSlack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tracefall-socket-'));
  const botToken = 'xoxb-socket';
  const acme = workspace({ botToken, signingSecret: 'unused', appUrl: 'http://127.0.0.1:1/unused' });
  const apps = acme.config.apps.map((each) => ({ ...each, mode: 'socket', appToken: 'xapp-socket' }));
  const config = join(dataDir, 'workspace.json');
  await writeFile(config, JSON.stringify({ ...acme.config, apps }));
  const args = ['--config', config, '--port', '0', '--base-host', '127.0.0.1'];
  const program = await startOwned({ command: await slackProgram(undefined), args });
  const [, url = ''] = await signOfLife(program, program.line(/Web UI:\s+(http:\/\/\S+)/), 30_000);
  return {
    url,
    apiUrl: `${url}/api/`,
    botToken,
    appToken: 'xapp-socket',
    channel: acme.incidents.id,
    stop: async () => {
      await program.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
