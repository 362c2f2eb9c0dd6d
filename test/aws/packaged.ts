import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export type Json = Readonly<Record<string, unknown>>;
type Resource = { readonly Type: string; readonly Condition?: string; readonly Properties: Json };
export type Template = {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Conditions: Json;
  readonly Outputs: Json;
};

/** What osls compiles `serverless.yml` to: the real packager, no account and no network. */
export async function packaged(parameters: readonly string[] = []): Promise<Template> {
  const folder = await mkdtemp(join(tmpdir(), 'tracefall-package-'));
  const osls = resolve('node_modules/osls/bin/serverless.js');
  try {
    const given = parameters.map((parameter) => `--param=${parameter}`);
    await promisify(execFile)(process.execPath, [osls, 'package', '--package', folder, ...given]);
    // Written by osls a moment ago; the tests look into it field by field.
    return JSON.parse(await readFile(join(folder, 'cloudformation-template-update-stack.json'), 'utf8')) as Template;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const ofType = (template: Template, type: string): readonly (readonly [string, Json])[] =>
  Object.entries(template.Resources).flatMap(([id, resource]) => (resource.Type === type ? [[id, resource.Properties]] : []));
