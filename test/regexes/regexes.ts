import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

export type Regex = { readonly where: string; readonly pattern: string; readonly flags: string };

export const named = ({ pattern, flags }: Regex): string => `/${pattern}/${flags}`;

/** Every regular expression that is written down in the code, by the parser of the language. */
export function regexesIn(folders: readonly string[]): readonly Regex[] {
  return folders.flatMap(filesIn).flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const found: Regex[] = [];
    const literal = (node: {
      readonly start: number;
      readonly regex?: { readonly pattern: string; readonly flags: string };
    }): void => {
      if (!node.regex) return;
      const { pattern, flags } = node.regex;
      found.push({ where: `${file}:${text.slice(0, node.start).split('\n').length}`, pattern, flags });
    };
    new Visitor({ Literal: literal }).visit(parseSync(file, text).program);
    return found;
  });
}

/** Places where one is put together while the program runs: the checker cannot read those. */
export function builtIn(folders: readonly string[]): readonly string[] {
  return folders.flatMap(filesIn).filter((file) => /\bRegExp\(/.test(readFileSync(file, 'utf8')));
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
