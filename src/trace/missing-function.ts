import { type SpanId, spanId, type TraceId } from '../telemetry/ids.ts';
import type { InvocationRecord, SpanStatus } from '../telemetry/record.ts';
import { between, micros, NO_TIME } from '../units.ts';
import type { Attempt } from './attempts.ts';
import { calls, functionName, isCaller, isLambdaService, mayRun, namesOf, requestIdOf } from './functions.ts';
import { compare, type Draft, UNSAID } from './node.ts';
import { UNSAMPLED } from './not-traced.ts';
import { platformError } from './platform-error.ts';
import type { Join, Span } from './transaction.ts';

/** A call may be recorded on another clock than the run it caused. */
const CLOCK_ROOM = micros(1_000_000);

/**
 * Draws the runs whose own span never came (the sandbox was killed before it could send it) from what the platform said.
 * Children that name a parent that never came tell its id; a call without an answer tells who asked.
 */
export function drawMissing(drafts: readonly Draft[], lost: readonly Attempt[]): readonly Draft[] {
  if (lost.length === 0) return drafts;
  const site = siteOf(drafts);
  const drawn: Draft[] = [];
  for (const attempt of lost) {
    const span = draw(attempt, site);
    if (!span) continue;
    site.taken.add(span.spanId);
    if (span.parentSpanId !== undefined) site.answered.add(span.parentSpanId);
    const caller = callerIn(span);
    if (caller) site.asked.set(attempt.said.requestId, caller);
    drawn.push({ span, links: [], origins: [] });
  }
  return [...drafts, ...drawn];
}

/** What surrounds a missing function. */
type Site = {
  readonly byId: ReadonlyMap<string, Span>;
  /** Spans that may have called one. */
  readonly callers: readonly Span[];
  /** Spans whose parent never came, under the names they answer to. */
  readonly orphans: readonly { readonly span: Span; readonly names: ReadonlySet<string> }[];
  readonly taken: Set<string>;
  readonly answered: Set<string>;
  /** By request id, which Lambda keeps when it tries an event again: who asked for an earlier run. */
  readonly asked: Map<string, Caller>;
};

function siteOf(drafts: readonly Draft[]): Site {
  const spans = drafts.map(({ span }) => span).sort((a, b) => a.start - b.start || compare(a.spanId, b.spanId));
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  return {
    byId,
    callers: spans.filter((span) => isCaller(span) || isLambdaService(span)),
    orphans: spans
      .filter((span) => span.parentSpanId !== undefined && !byId.has(span.parentSpanId))
      .map((span) => ({ span, names: namesOf(span) })),
    taken: new Set(byId.keys()),
    answered: new Set(spans.map((span) => span.parentSpanId).filter((id) => id !== undefined)),
    asked: new Map(spans.filter(mayRun).flatMap(askedIn)),
  };
}

function askedIn(span: Span): readonly (readonly [request: string, caller: Caller])[] {
  const [request, caller] = [requestIdOf(span.attributes), callerIn(span)];
  return request === undefined || !caller ? [] : [[request, caller]];
}

const callerIn = ({ traceId, parentSpanId, join }: Span): Caller | undefined =>
  parentSpanId && { span: { traceId, spanId: parentSpanId }, join: join ?? 'inferred' };

function draw(attempt: Attempt, site: Site): Span | undefined {
  const { said, start, end } = attempt;
  const name = said.function === undefined ? undefined : functionName(said.function);
  const caller = callerOf(attempt, name, site);
  const traceId = said.traceId ?? caller?.span.traceId;
  if (!traceId) return undefined;
  return {
    ...outcomeOf(said),
    traceId,
    spanId: missingId(attempt, name, site),
    parentSpanId: caller?.span.spanId,
    join: caller?.join,
    alsoFrom: [],
    depth: 0,
    service: name ?? UNSAID,
    operation: name ?? 'Lambda function',
    kind: 'server',
    resource: 'AWS::Lambda::Function',
    start,
    duration: end === undefined ? undefined : between(start, end),
    shifted: NO_TIME,
    self: NO_TIME,
    critical: NO_TIME,
    attributes: { 'faas.invocation_id': said.requestId, ...(said.sampled === false && { [UNSAMPLED]: true }) },
    invocation: said,
  };
}

function outcomeOf(said: InvocationRecord): { readonly status: SpanStatus; readonly error: Span['error'] } {
  if (said.status === undefined) return { status: 'unset', error: undefined };
  return said.status === 'success' ? { status: 'ok', error: undefined } : { status: 'error', error: platformError(said) };
}

/** The id its children call it by, else the platform's, else one made of the request id. */
function missingId(attempt: Attempt, name: string | undefined, site: Site): SpanId {
  const { said } = attempt;
  const wanted = site.orphans
    .filter(({ span, names }) => name !== undefined && names.has(name) && isDuring(span, attempt))
    .map(({ span }) => span.parentSpanId)
    .filter((id) => id !== undefined && !site.taken.has(id));
  const isFree = said.spanId !== undefined && !site.taken.has(said.spanId);
  if (said.spanId !== undefined && isFree && (wanted.length === 0 || wanted.includes(said.spanId))) return said.spanId;
  return wanted[0] ?? madeId(`${said.requestId} ${attempt.start}`, site.taken);
}

const isDuring = (span: Span, { start, end }: Attempt): boolean =>
  span.start >= start - CLOCK_ROOM && (end === undefined || span.start <= end + CLOCK_ROOM);

function madeId(seed: string, taken: ReadonlySet<string>): SpanId {
  for (let round = 0; ; round++) {
    const id = spanId(fnv64(`${seed} ${round}`));
    if (id && !taken.has(id)) return id;
  }
}

/** FNV-1a. https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
function fnv64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

type Caller = { readonly span: { readonly spanId: SpanId; readonly traceId: TraceId }; readonly join: Join };

/** The span the platform names as the run or as its caller, else the service segment of the function, else the call of that request, else a call by name. */
function callerOf(attempt: Attempt, name: string | undefined, site: Site): Caller | undefined {
  const traced = attempt.said.spanId === undefined ? undefined : site.byId.get(attempt.said.spanId);
  if (traced) return { span: traced, join: 'parent' };
  const named = attempt.said.parentSpanId === undefined ? undefined : site.byId.get(attempt.said.parentSpanId);
  if (named) return { span: named, join: 'parent' };
  const open = site.callers.filter((span) => !site.answered.has(span.spanId) && span.start <= attempt.start + CLOCK_ROOM);
  const service = open.findLast((each) => isLambdaService(each) && name !== undefined && namesOf(each).has(name));
  const asked = open.findLast((each) => requestIdOf(each.attributes) === attempt.said.requestId);
  // Lambda answers its caller with the id that it logs, so that is no guess; any other call may bear an id of its own.
  const span = service ?? asked ?? open.findLast((each) => name !== undefined && calls(each, name));
  if (!span) return site.asked.get(attempt.said.requestId);
  return { span, join: span === asked && span.resource?.startsWith('AWS::Lambda') ? 'message' : 'inferred' };
}
