import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { parse } from '../../src/telemetry/parse.ts';
import { assemble } from '../../src/trace/assemble.ts';
import type { Transaction } from '../../src/trace/transaction.ts';
import { pathOf } from '../corpus/folder.ts';

/** A minute under a fault. */
export type Minute = {
  readonly name: string;
  readonly day: string;
  readonly fault: string;
  readonly truth: string;
  readonly window: readonly Transaction[];
};

const Label = z.object({ rootCauseService: z.string(), fault: z.string(), normal: z.string() });

const transactionsIn = (folder: string): readonly Transaction[] =>
  assemble(
    ['traces.jsonl.gz', 'logs.jsonl.gz'].flatMap((file) => parse(readFileSync(pathOf('nezha', folder, file)), file).records),
  ).transactions;

export const normals: ReadonlyMap<string, readonly Transaction[]> = new Map(
  readdirSync(pathOf('nezha', 'normal')).map((day) => [day, transactionsIn(`normal/${day}`)]),
);

export const minutes: readonly Minute[] = readdirSync(pathOf('nezha'))
  .filter((name) => name.startsWith('case-'))
  .map((name) => {
    const label = Label.parse(JSON.parse(readFileSync(pathOf('nezha', name, 'label.json'), 'utf8')));
    const day = label.normal.replace('normal/', '');
    return { name, day, fault: label.fault, truth: label.rootCauseService, window: transactionsIn(name) };
  });
