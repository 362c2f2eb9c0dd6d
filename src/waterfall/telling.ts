import { STACK, stackHead } from '../telemetry/stack.ts';
import { failingSpan } from '../trace/failing.ts';
import { type Line, linesAround } from '../trace/lines-around.ts';
import type { Span, Transaction } from '../trace/transaction.ts';
import { drawn } from './drawn.ts';
import { type Scene, serviceCount, timesUsual, warningsOf } from './scene.ts';

/** What people are told of a transaction in words: as small for ten thousand spans as for ten. */
export type Telling = Pick<Transaction, 'id' | 'name' | 'environment' | 'start' | 'duration'> &
  Pick<Scene, 'outcome' | 'causes'> & {
    readonly spans: number;
    readonly services: number;
    /** `2.1× p95`; undefined where the usual is unknown or was not exceeded. */
    readonly slower: string | undefined;
    readonly failing: Failing | undefined;
    /** What was logged round the failure. */
    readonly lines: readonly Line[];
    /** What a reader must know before trusting the drawing. */
    readonly warnings: readonly string[];
    /** The waterfall in characters, for where no picture can be shown. */
    readonly drawing: string;
  };

/** `stack`: its innermost frames, where the telemetry has them. */
type Failing = Pick<Span, 'service' | 'operation' | 'error'> & { readonly stack: readonly string[] };

/** Slack's column on a laptop. */
const DRAWING_COLUMNS = 76;

export function tellingOf(scene: Scene): Telling {
  const { transaction, outcome, causes } = scene;
  const { id, name, environment, start, duration, spans } = transaction;
  const failed = failingSpan(spans, causes[0]?.spanIds ?? []);
  return {
    ...{ id, name, environment, start, duration, outcome, causes },
    spans: spans.length,
    services: serviceCount(transaction),
    slower: timesUsual(scene),
    failing: failed && failingOf(failed),
    lines: failed ? linesAround(transaction, failed) : [],
    warnings: warningsOf(transaction),
    drawing: drawn(scene, DRAWING_COLUMNS),
  };
}

function failingOf({ service, operation, error, attributes }: Span): Failing {
  return { service, operation, error, stack: stackHead(String(attributes[STACK] ?? '')) };
}
