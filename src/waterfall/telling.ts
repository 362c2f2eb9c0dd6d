import type { SpanError } from '../telemetry/record.ts';
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
    /** What a reader must know before trusting the drawing. */
    readonly warnings: readonly string[];
    /** The waterfall in characters, for where no picture can be shown. */
    readonly drawing: string;
  };

type Failing = Pick<Span, 'service' | 'operation'> & { readonly error: SpanError | undefined };

/** Slack's column on a laptop. */
const DRAWING_COLUMNS = 76;

export function tellingOf(scene: Scene): Telling {
  const { transaction, outcome, causes } = scene;
  const { id, name, environment, start, duration, spans } = transaction;
  return {
    ...{ id, name, environment, start, duration, outcome, causes },
    spans: spans.length,
    services: serviceCount(transaction),
    slower: timesUsual(scene),
    failing: failingOf(spans),
    warnings: warningsOf(transaction),
    drawing: drawn(scene, DRAWING_COLUMNS),
  };
}

/** The deepest span that failed: those above it failed because of it. */
function failingOf(spans: readonly Span[]): Failing | undefined {
  const failed = spans.filter(({ status }) => status === 'error');
  const deepest = failed.reduce<Span | undefined>((best, span) => (best && best.depth >= span.depth ? best : span), undefined);
  return deepest && { service: deepest.service, operation: deepest.operation, error: deepest.error };
}
