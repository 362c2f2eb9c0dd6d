import type { SpanId, TraceId } from '../telemetry/ids.ts';

/** Things by trace and span. A text made of both ids would have to be built and hashed anew at every look; an id is hashed once. */
export type ByIds<T> = {
  readonly find: (trace: TraceId, span: SpanId) => T | undefined;
  readonly set: (trace: TraceId, span: SpanId, value: T) => void;
};

export function byIds<T>(): ByIds<T> {
  const traces = new Map<TraceId, Map<SpanId, T>>();
  const set = (trace: TraceId, span: SpanId, value: T): void => {
    const known = traces.get(trace);
    if (known) known.set(span, value);
    else traces.set(trace, new Map([[span, value]]));
  };
  return { find: (trace, span) => traces.get(trace)?.get(span), set };
}
