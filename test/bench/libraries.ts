import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { redactor } from '../../src/redaction/redact.ts';
import { canaries } from '../redaction/canaries.ts';
import { cleanLines } from '../redaction/clean-lines.ts';

/**
 * Other people's redactors against ours, on our canaries and clean lines. They are no dependencies: install them anywhere and name the folder.
 *   npm install --ignore-scripts --prefix FOLDER @secretlint/core@13.0.7 @secretlint/secretlint-rule-preset-recommend@13.0.7 redact-pii@3.4.0 @redactpii/node@1.0.17
 *   npm run bench:libraries -- FOLDER
 */
const [folder = '.'] = process.argv.slice(2);
const modules = resolve(folder, 'node_modules');
const required = createRequire(join(modules, 'x.js'));

/** Whether it sees a secret in the text, or takes something out of it. */
type Finds = (text: string, secret: string) => Promise<boolean> | boolean;
type Replaces = { readonly redact: (text: string) => string };
type Lint = (source: object) => Promise<{ readonly messages: readonly object[] }>;

async function secretlint(): Promise<Finds> {
  const { lintSource }: { lintSource: Lint } = await import(entry('@secretlint/core/module/index.js'));
  const { creator } = await import(entry('@secretlint/secretlint-rule-preset-recommend/module/index.js'));
  const options = { config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] } };
  return async (content) => {
    const source = { filePath: 'a.log', content, contentType: 'text', ext: '.log' };
    return (await lintSource({ source, options })).messages.length > 0;
  };
}
const entry = (path: string): string => pathToFileURL(join(modules, path)).href;

/** Encoded, the secret does not stand in the text: then something must have been taken out of it. */
const taking =
  (redact: (text: string) => string): Finds =>
  (text, secret) => {
    const safe = redact(text);
    return secret === '' ? safe !== text : !safe.includes(secret) && !safe.includes(text);
  };

function replacing(name: string, member: string): Finds {
  const Redactor: new () => Replaces = required(name)[member];
  const made = new Redactor();
  return taking((text) => made.redact(text));
}

const all = canaries(7, 1);
const plain = all.filter(({ name }) => name.endsWith(', plain'));
const lines = cleanLines(7, 10_000);

async function measured(name: string, finds: Finds): Promise<void> {
  const share = async (some: typeof all): Promise<string> => {
    let found = 0;
    for (const { written, secret } of some) if (await finds(written, secret)) found += 1;
    return `${found} of ${some.length}`;
  };
  let wrong = 0;
  const cpu = process.cpuUsage();
  for (const line of lines) if (await finds(line, '')) wrong += 1;
  const seconds = process.cpuUsage(cpu).user / 1e6;
  const megabytes = lines.reduce((sum, line) => sum + line.length, 0) / 1e6;
  console.log(
    [name, await share(plain), await share(all), `${wrong} of ${lines.length}`, `${(megabytes / seconds).toFixed(2)} MB/s`].join(
      ' | ',
    ),
  );
}

console.log('what | as it stands | in all writings | clean lines taken for secrets | speed');
await measured('ours', taking(redactor().text));
await measured('@redactpii/node', replacing('@redactpii/node', 'Redactor'));
await measured('redact-pii', replacing('redact-pii', 'SyncRedactor'));
await measured('secretlint', await secretlint());
