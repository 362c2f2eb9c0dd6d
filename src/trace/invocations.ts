import { between, micros } from '../units.ts';
import type { Attempt } from './attempts.ts';
import { startUp } from './cold-start.ts';
import { isFailing } from './failing.ts';
import { functionName, isRun, mayRun, namesOf, requestIdOf } from './functions.ts';
import { drawMissing } from './missing-function.ts';
import { compare, type Draft } from './node.ts';
import { platformError } from './platform-error.ts';
import type { Span } from './transaction.ts';

/** Two clocks, and a log line's own time, lie between a span and what the platform says of it. */
const NEARBY = micros(1_000_000);

/** Joins each run of a function to the span that is that run; a run whose span never came becomes a span. */
export function withInvocations(drafts: readonly Draft[], attempts: readonly Attempt[]): readonly Draft[] {
  if (attempts.length === 0) return drafts;
  const index = indexed(drafts.filter(({ span }) => mayRun(span)));
  const runs = new Map<Draft, Attempt>();
  const lost = attempts.filter((attempt) => {
    const own = spanOf(attempt, index, runs);
    if (own) runs.set(own, attempt);
    return !own;
  });
  const told = drafts.map((draft) => {
    const run = runs.get(draft);
    return run ? { ...draft, span: completed(draft.span, run) } : draft;
  });
  return drawMissing(told, lost);
}

type Index = {
  readonly bySpan: ReadonlyMap<string, readonly Draft[]>;
  readonly byRequest: ReadonlyMap<string, readonly Draft[]>;
  readonly byName: ReadonlyMap<string, readonly Draft[]>;
};

function indexed(drafts: readonly Draft[]): Index {
  const [bySpan, byRequest, byName] = [new Map<string, Draft[]>(), new Map<string, Draft[]>(), new Map<string, Draft[]>()];
  for (const draft of drafts) {
    add(bySpan, draft.span.spanId, draft);
    const request = requestIdOf(draft.span.attributes);
    if (request !== undefined) add(byRequest, request, draft);
    if (isRun(draft.span)) for (const name of namesOf(draft.span)) add(byName, name, draft);
  }
  return { bySpan, byRequest, byName };
}

function add(groups: Map<string, Draft[]>, key: string, draft: Draft): void {
  const known = groups.get(key);
  if (known) known.push(draft);
  else groups.set(key, [draft]);
}

/** By span id, else by request id, else the function's own span at that time. */
function spanOf(attempt: Attempt, index: Index, taken: ReadonlyMap<Draft, Attempt>): Draft | undefined {
  const { said } = attempt;
  const named = said.function === undefined ? [] : (index.byName.get(functionName(said.function)) ?? []);
  const ways = [
    said.spanId === undefined ? [] : (index.bySpan.get(said.spanId) ?? []),
    index.byRequest.get(said.requestId) ?? [],
    named.filter((draft) => isNear(draft.span, attempt) && !contradicts(draft.span, attempt)),
  ];
  return ways
    .map((way) =>
      closest(
        way.filter((draft) => !taken.has(draft)),
        attempt,
      ),
    )
    .find((draft) => draft !== undefined);
}

const contradicts = (span: Span, attempt: Attempt): boolean =>
  (requestIdOf(span.attributes) ?? attempt.said.requestId) !== attempt.said.requestId;

function isNear(span: Span, attempt: Attempt): boolean {
  const end = attempt.end ?? span.start;
  return span.start >= attempt.start - NEARBY - startUp(attempt.said) && span.start <= end + NEARBY;
}

function closest(drafts: readonly Draft[], attempt: Attempt): Draft | undefined {
  const rank = ({ span }: Draft): number => (span.resource === 'AWS::Lambda::Function' ? 2 : 0) + (isRun(span) ? 1 : 0);
  const distance = ({ span }: Draft): number => Math.abs(span.start - attempt.start);
  const [first] = drafts.toSorted(
    (a, b) => rank(b) - rank(a) || distance(a) - distance(b) || compare(a.span.spanId, b.span.spanId),
  );
  return first;
}

/** The platform's word closes a span that never ended, and says that it failed where the dead sandbox could not. */
function completed(span: Span, run: Attempt): Span {
  const failed = run.said.status === 'error' || run.said.status === 'timeout';
  const failing = isFailing(span) || failed;
  return {
    ...span,
    invocation: run.said,
    duration: span.duration ?? (run.end === undefined ? undefined : between(span.start, run.end)),
    status: failing ? 'error' : span.status,
    error: failing ? (span.error ?? platformError(run.said)) : span.error,
  };
}
