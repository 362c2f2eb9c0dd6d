import type { Cause } from '../diagnosis/cause.ts';
import { failingSpan, isFailing } from '../trace/failing.ts';
import type { Span, Transaction } from '../trace/transaction.ts';
import { later, type Micros, micros, NO_TIME } from '../units.ts';
import type { Alert } from './incident.ts';
import { type Failure, type Place, signatureOf } from './signature.ts';

/** What this transaction has to tell people; undefined: nothing. */
export function decide(transaction: Transaction, outcome: 'ok' | 'failed' | 'slow', causes: readonly Cause[]): Alert | undefined {
  if (outcome === 'ok') return undefined;
  const [cause] = causes;
  const failing = outcome === 'failed' ? failingSpan(transaction.spans, cause?.spanIds ?? []) : undefined;
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
    ...provenance(transaction, failing, cause),
    traceId: transaction.id,
    traceIds: transaction.traceIds,
    at: transaction.start,
    lastFailure: lastFailureOf(transaction),
  };
}

function lastFailureOf({ spans, start, duration }: Transaction): Micros {
  const ends = spans.filter(isFailing).map((span) => micros(span.start + (span.duration ?? NO_TIME)));
  return ends.length === 0 ? micros(start + duration) : ends.reduce(later);
}

/** No convention names an owner; these are what teams write. */
const OWNER = ['service.owner', 'owner', 'service.team', 'team'];
/** https://opentelemetry.io/docs/specs/semconv/resource/#service, https://opentelemetry.io/docs/specs/semconv/registry/attributes/faas/ */
const VERSION = ['service.version', 'faas.version'];

/** What the failing code's own telemetry says of it, else what its caller's does. */
function provenance(
  transaction: Transaction,
  failing: Span | undefined,
  cause: Cause | undefined,
): Pick<Alert, 'version' | 'owner'> {
  const place = failing ?? transaction.spans.find((span) => span.service === cause?.service) ?? transaction.spans[0];
  const own = transaction.spans.filter((span) => span.service === place?.service);
  const said = (names: readonly string[]): string | undefined => {
    const values = own.flatMap(({ attributes }) => names.map((name) => attributes[name]));
    const told = values.find((value) => value !== undefined && value !== '' && value !== '$LATEST');
    return told === undefined ? undefined : String(told);
  };
  return { version: said(VERSION), owner: said(OWNER) };
}

const whatOf = (outcome: 'failed' | 'slow', failing: Span | undefined, cause: Cause | undefined): Failure['what'] =>
  outcome === 'slow' ? { slow: cause?.kind } : { error: failing?.error, kind: cause?.kind };

const placeOf = ({ service, operation }: Place): Place => ({ service, operation });

const entryOf = (transaction: Transaction): Place => ({ service: transaction.service, operation: transaction.name });
