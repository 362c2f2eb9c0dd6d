import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Recordings of real systems with what is known of them, kept outside this repository. */
const CORPUS = process.env['TRACEFALL_CORPUS'];

export const pathOf = (...parts: readonly string[]): string => join(CORPUS ?? '/nowhere', ...parts);

export const isThere = (...parts: readonly string[]): boolean => existsSync(pathOf(...parts));

/** In the order of the numbers in them; none where the folder is not there. */
export const namesIn = (folder: string): readonly string[] =>
  isThere(folder) ? readdirSync(pathOf(folder)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true })) : [];

export const jsonOf = (...parts: readonly string[]): unknown => JSON.parse(readFileSync(pathOf(...parts), 'utf8'));
