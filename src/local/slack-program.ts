import { createRequire } from 'node:module';
import path from 'node:path';
import { succeeds } from './owned-process.ts';

/** npm installs it with us on Linux x64; on the registry there is none for other systems. */
const PACKAGE = 'local-slack-linux-x64';

/** The command that starts a local Slack: the given one, npm's, or the one on the PATH. Throws with a sentence that says how to get it. */
export async function slackProgram(given: string | undefined): Promise<string> {
  if (given !== undefined) {
    if (await runs(given)) return given;
    throw new Error(`LOCAL_SLACK is ${given}, which is not a local-slack that runs here.`);
  }
  for (const candidate of [...installed(), 'local-slack']) {
    if (await runs(candidate)) return candidate;
  }
  throw new Error(
    `no local Slack found: npm brings one on Linux x64 only, this is ${process.platform} ${process.arch}. Install local-slack ` +
      '(https://github.com/parvalabs/local-slack: its releases, or the Homebrew tap parvalabs/tools) and set LOCAL_SLACK to its path.',
  );
}

const runs = (command: string): Promise<boolean> => succeeds(command, ['--version']);

function installed(): readonly string[] {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`);
    return [path.join(path.dirname(manifest), 'bin', 'local-slack')];
  } catch {
    return [];
  }
}
