import type { Cause } from '../diagnosis/cause.ts';
import { isFailing } from '../trace/failing.ts';
import type { Span, Transaction } from '../trace/transaction.ts';
import type { Alert } from './incident.ts';
import { type Failure, type Place, signatureOf } from './signature.ts';

/** What this transaction has to tell people; undefined: nothing. */
export function decide(transaction: Transaction, outcome: 'ok' | 'failed' | 'slow', causes: readonly Cause[]): Alert | undefined {
  if (outcome === 'ok') return undefined;
  const [cause] = causes;
  const failing = outcome === 'failed' ? failingSpan(transaction, cause) : undefined;
  const hop: Place = placeOf(failing ?? cause ?? entryOf(transaction));
  return {
    signature: signatureOf({
      environment: transaction.environment,
      entry: { service: transaction.service, operation: transaction.name },
      hop,
      what: whatOf(outcome, failing, cause),
    }),
    outcome,
    transaction: transaction.name,
    service: transaction.service,
    environment: transaction.environment,
    hop,
    error: failing?.error,
    duration: transaction.duration,
    spans: transaction.spans.length,
    causes,
    traceId: transaction.id,
    traceIds: transaction.traceIds,
    at: transaction.start,
  };
}

const whatOf = (outcome: 'failed' | 'slow', failing: Span | undefined, cause: Cause | undefined): Failure['what'] =>
  outcome === 'slow' ? { slow: cause?.kind } : { error: failing?.error, kind: cause?.kind };

const placeOf = ({ service, operation }: Place): Place => ({ service, operation });

const entryOf = (transaction: Transaction): Place => ({ service: transaction.service, operation: transaction.name });

/** The deepest failure that the cause is about, so that a third delivery has the hop of the first. Without a cause, the entry's. */
function failingSpan(transaction: Transaction, cause: Cause | undefined): Span | undefined {
  const about = cause ? new Set<string>(cause.spanIds) : new Set<string>();
  const failing = transaction.spans.filter(isFailing);
  const [deepest] = failing.filter((span) => about.has(span.spanId)).toSorted((a, b) => b.depth - a.depth || a.start - b.start);
  return deepest ?? failing[0];
}
