import { type SpanId, spanId, type TraceId, traceId } from '../../src/telemetry/ids.ts';
import type { EventRecord, Happening, InvocationRecord, LogRecord, SpanRecord } from '../../src/telemetry/record.ts';
import { fromMillis } from '../../src/units.ts';

/** Zero for every builder here: times are told in milliseconds after it. */
export const BEGIN_MS = 1_785_830_304_000;

const FNV_PRIME = 0x100000001b3n;

/** Any text as hex digits, so that tests can call their spans `gateway` and `charge`. */
function hex(text: string, digits: number): string {
  let hash = 0xcbf29ce484222325n;
  for (const char of text) hash = BigInt.asUintN(64, (hash ^ BigInt(char.codePointAt(0) ?? 0)) * FNV_PRIME);
  return hash.toString(16).padStart(16, '1').repeat(2).slice(0, digits);
}

export function aTraceId(name: string): TraceId {
  const id = traceId(hex(name, 32));
  if (!id) throw new Error(`no trace id from ${name}`);
  return id;
}

export function aSpanId(name: string): SpanId {
  const id = spanId(hex(name, 16));
  if (!id) throw new Error(`no span id from ${name}`);
  return id;
}

export const at = (ms: number) => fromMillis(BEGIN_MS + ms);

export type SpanWords = Partial<Omit<SpanRecord, 'kind' | 'traceId' | 'spanId' | 'parentSpanId' | 'start' | 'end' | 'links'>> & {
  readonly id?: string;
  readonly trace?: string;
  readonly parent?: string | undefined;
  /** Milliseconds after BEGIN_MS. */
  readonly from?: number;
  /** undefined, said aloud: never seen to end. */
  readonly to?: number | undefined;
  readonly links?: readonly { readonly trace?: string; readonly id: string }[];
};

/** A healthy server span of 100 ms unless told otherwise; ids by name. */
export function aSpan(words: SpanWords = {}): SpanRecord {
  const { id = 'entry', trace = 'trace', parent, from = 0, links = [], ...said } = words;
  const to = 'to' in words ? words.to : from + 100;
  const { to: _to, ...fields } = said;
  return {
    kind: 'span',
    traceId: aTraceId(trace),
    spanId: aSpanId(id),
    parentSpanId: parent === undefined ? undefined : aSpanId(parent),
    service: 'shop',
    operation: id,
    spanKind: parent === undefined ? 'server' : 'internal',
    resource: undefined,
    start: at(from),
    end: to === undefined ? undefined : at(to),
    status: 'unset',
    error: undefined,
    attributes: {},
    links: links.map((link) => ({ traceId: aTraceId(link.trace ?? trace), spanId: aSpanId(link.id) })),
    ...fields,
  };
}

/** Spans of one trace. */
export const aTrace = (trace: string, ...spans: readonly SpanWords[]): readonly SpanRecord[] =>
  spans.map((words) => aSpan({ trace, ...words }));

export type InvocationWords = Partial<Omit<InvocationRecord, 'kind' | 'traceId' | 'spanId' | 'parentSpanId' | 'at'>> & {
  readonly trace?: string | undefined;
  readonly span?: string | undefined;
  readonly caller?: string | undefined;
  /** Milliseconds after BEGIN_MS. */
  readonly atMs?: number;
};

/** A successful report of 100 ms unless told otherwise. */
export function anInvocation(words: InvocationWords = {}): InvocationRecord {
  const { atMs = 100, span, ...fields } = words;
  const { trace, caller, ...said } = fields;
  return {
    kind: 'invocation',
    requestId: 'request-1',
    function: 'shop',
    traceId: 'trace' in words && trace === undefined ? undefined : aTraceId(trace ?? 'trace'),
    spanId: span === undefined ? undefined : aSpanId(span),
    parentSpanId: caller === undefined ? undefined : aSpanId(caller),
    phase: 'report',
    at: at(atMs),
    status: 'success',
    error: undefined,
    duration: fromMillis(100),
    billedDuration: undefined,
    initDuration: undefined,
    restoreDuration: undefined,
    billedRestoreDuration: undefined,
    sampled: undefined,
    memorySizeMB: undefined,
    maxMemoryUsedMB: undefined,
    ...said,
  };
}

export type LogWords = Partial<Omit<LogRecord, 'kind' | 'traceId' | 'spanId' | 'at'>> & {
  readonly trace?: string | undefined;
  readonly span?: string | undefined;
  readonly atMs?: number;
};

export function aLog(words: LogWords = {}): LogRecord {
  const { atMs = 50, span, trace, ...said } = words;
  return {
    kind: 'log',
    traceId: 'trace' in words && trace === undefined ? undefined : aTraceId(trace ?? 'trace'),
    spanId: span === undefined ? undefined : aSpanId(span),
    requestId: undefined,
    service: 'shop',
    at: at(atMs),
    severity: 'info',
    body: 'a line',
    ...said,
  };
}

export type EventWords = Partial<Omit<EventRecord, 'kind' | 'traceId' | 'at' | 'what'>> &
  (Happening | Partial<Extract<Happening, { what: 'lambda-destination' }>>) & {
    readonly trace?: string | undefined;
    readonly atMs?: number;
  };

/** A function that Lambda gave up on unless told otherwise. */
export function anEvent(words: EventWords = {}): EventRecord {
  const { atMs = 110, trace, ...said } = words;
  const happening = said.what === undefined ? { what: 'lambda-destination' as const } : {};
  const told = {
    ...{ kind: 'event', id: 'event-1', source: 'lambda', detailType: 'Lambda Function Invocation Result - Failure' },
    ...{ at: at(atMs), resource: undefined, traceId: trace === undefined ? undefined : aTraceId(trace) },
    ...{ requestId: 'request-1', executionArn: undefined, outcome: 'failed' },
    error: { type: 'CardDeclined', message: 'no funds' },
    ...(said.what === undefined || said.what === 'lambda-destination'
      ? { function: 'orders', condition: 'RetriesExhausted', attempts: 3 }
      : {}),
    ...happening,
    ...said,
  };
  // Every kind but the default one is told with all of its words, which the type of `words` asks for.
  return told as EventRecord;
}
