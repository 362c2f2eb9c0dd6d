import type { Cause } from '../../src/diagnosis/cause.ts';
import type { SpanRecord, TelemetryRecord } from '../../src/telemetry/record.ts';

/** The same without what tells the cause: without those spans and all below them, and without the words that their callers pass on. */
export function ablated(records: readonly TelemetryRecord[], gone: ReadonlySet<string>): readonly TelemetryRecord[] {
  const spans = records.filter((record) => record.kind === 'span');
  const byId = new Map(spans.map((span) => [span.spanId as string, span]));
  const lineOf = (span: SpanRecord): readonly SpanRecord[] => {
    const line: SpanRecord[] = [];
    for (let at: SpanRecord | undefined = span; at && !line.includes(at); at = byId.get(at.parentSpanId ?? '')) line.push(at);
    return line;
  };
  const removed = new Set(spans.filter((span) => lineOf(span).some(({ spanId }) => gone.has(spanId))));
  const above = new Set([...removed].flatMap((span) => lineOf(span)).filter((span) => !removed.has(span)));
  // An announcement of the failure, and what was logged of it, are its telemetry too.
  return spans.filter((span) => !removed.has(span)).map((span) => (above.has(span) ? wordless(span) : span));
}

const KEPT = ['http.response.status_code', 'http.status_code', 'aws.xray.inferred'] as const;

function wordless(span: SpanRecord): SpanRecord {
  const kept = KEPT.flatMap((name) => (span.attributes[name] === undefined ? [] : [[name, span.attributes[name]] as const]));
  return span.status === 'ok' || span.error === undefined
    ? span
    : { ...span, error: undefined, attributes: Object.fromEntries(kept) };
}

/** It names nothing, or says that something is not seen. */
export const admits = (cause: Cause | undefined): boolean =>
  cause === undefined || cause.kind === 'unknown' || cause.evidence.some((fact) => fact.startsWith('not seen: '));
