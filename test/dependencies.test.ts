import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';

const versions = z.record(z.string(), z.string()).default({});
const Manifest = z.object({
  dependencies: versions,
  optionalDependencies: versions,
  devDependencies: versions,
  allowScripts: z.record(z.string(), z.boolean()),
});
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ resolved: z.string().optional(), integrity: z.string().optional(), link: z.boolean().optional() }),
  ),
});
const manifest = Manifest.parse(JSON.parse(readFileSync('package.json', 'utf8')));
const { packages } = Lock.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
const reasons = readFileSync('docs/dependencies.md', 'utf8');

const runtime = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });

test.each(runtime)('%s has its reason in docs/dependencies.md', (name) => {
  expect(reasons).toMatch(new RegExp(`^\\| \`${name.replace('/', '\\/')}\` \\| .{20,} \\|$`, 'm'));
});

test('docs/dependencies.md names nothing that is gone', () => {
  const told = [...reasons.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
  expect(told.filter((name) => !runtime.includes(name ?? ''))).toEqual([]);
});

test('every version is exact', () => {
  const all = Object.entries({ ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies });
  expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
});

test('every package comes from a registry over TLS, with its SHA-512', () => {
  const odd = Object.entries(packages).filter(
    ([path, { resolved, integrity, link }]) =>
      path !== '' && !link && (!resolved?.startsWith('https://') || !integrity?.startsWith('sha512-')),
  );
  // npm leaves both out for what a package bundles within itself.
  expect(odd.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

test('no install script runs', () => {
  expect(Object.values(manifest.allowScripts)).not.toContain(true);
});
