import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { type Attributes, type Context, type Link, type Span, SpanKind, trace } from '@opentelemetry/api';
import { fail, failure, inSpan, type Place } from './calls.ts';
import type { Takes } from './chance.ts';
import { platformReport, platformStart, type Report, type Told } from './platform-log.ts';
import { ACCOUNT, type Otlp, REGION, type Telemetry, telemetry } from './telemetry.ts';
import { xrayHeader } from './trace-header.ts';

/** A function as its owner writes and configures it. */
export type FunctionSettings<Event, Answer> = {
  readonly name: string;
  readonly memorySizeMB: number;
  readonly timeoutMs: number;
  /** How long a new sandbox takes to come up. */
  readonly initMs: number;
  handler(event: Event, at: Place): Promise<Answer>;
};

/** How an event reaches the function: what the span of the invocation is called, below whom it hangs, what it tells. */
export type Arrival = {
  readonly parent: Context;
  readonly spanName: string;
  readonly kind: SpanKind;
  readonly trigger: 'other' | 'pubsub';
  readonly attributes?: Attributes;
  readonly links?: Link[];
};

export type Outcome<Answer> =
  | { readonly kind: 'returned'; readonly answer: Answer }
  | { readonly kind: 'threw'; readonly error: Error }
  /** The sandbox died: whatever it had not sent is lost. */
  | { readonly kind: 'killed'; readonly status: 'timeout' | 'error'; readonly errorType: string; readonly message: string };

export type LambdaFunction<Event, Answer> = {
  readonly name: string;
  readonly telemetry: Telemetry;
  invoke(event: Event, arrival: Arrival): Promise<Outcome<Answer>>;
};

/** A handler throws an Error of this name when its sandbox ran out of memory; the runtime then lets nothing of it be sent. */
export const OUT_OF_MEMORY = 'Runtime.OutOfMemory';

/**
 * Lambda, as far as telemetry can tell: a cold start on the first call and after each death, a time-out, the platform's log lines, and
 * spans of a killed sandbox that are never sent.
 */
export function lambdaFunction<Event, Answer>(
  settings: FunctionSettings<Event, Answer>,
  world: { readonly otlp: Otlp; readonly takes: Takes },
): LambdaFunction<Event, Answer> {
  const { name, memorySizeMB } = settings;
  const functionArn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
  const service = telemetry(name, resourceOf(name, functionArn, memorySizeMB), world.otlp);
  let warm = false;

  return {
    name,
    telemetry: service,
    invoke: async (event, arrival) => {
      const requestId = randomUUID();
      const isCold = !warm;
      warm = true;
      const span = service.tracer.startSpan(
        arrival.spanName,
        spanOptions(arrival, { requestId, isCold, functionArn }),
        arrival.parent,
      );
      const at = { tracer: service.tracer, context: trace.setSpan(arrival.parent, span) };
      const told = { requestId, functionArn, tracing: tracingOf(span, arrival.parent) };

      const initDurationMs = isCold ? await initialize(at, () => world.takes(settings.initMs)) : undefined;
      service.log({ severity: 'INFO', body: platformStart(new Date(), told) });
      const start = performance.now();
      const outcome = await limited(settings.handler(event, at), settings.timeoutMs);
      const durationMs = performance.now() - start;

      if (outcome.kind === 'killed') warm = false;
      else close(service, span, at.context, outcome);
      report(service, told, {
        ...memoryOf(outcome, memorySizeMB),
        ...verdict(outcome),
        durationMs,
        initDurationMs,
        memorySizeMB,
      });
      return outcome;
    },
  };
}

const resourceOf = (name: string, functionArn: string, memorySizeMB: number): Attributes => ({
  'cloud.platform': 'aws_lambda',
  'cloud.resource_id': functionArn,
  'faas.name': name,
  'faas.version': '$LATEST',
  'service.version': '3.7.0',
  'faas.max_memory': memorySizeMB * 1024 * 1024,
});

type Known = { readonly requestId: string; readonly isCold: boolean; readonly functionArn: string };

/** https://opentelemetry.io/docs/specs/semconv/faas/aws-lambda/ */
function spanOptions(arrival: Arrival, known: Known): { kind: SpanKind; attributes: Attributes; links: Link[] } {
  const attributes = {
    'faas.invocation_id': known.requestId,
    'faas.trigger': arrival.trigger,
    'faas.coldstart': known.isCold,
    'aws.lambda.invoked_arn': known.functionArn,
    ...arrival.attributes,
  };
  return { kind: arrival.kind, attributes, links: arrival.links ?? [] };
}

function tracingOf(span: Span, parent: Context): Told['tracing'] {
  const { traceId, spanId } = span.spanContext();
  return { spanId, value: xrayHeader(traceId, trace.getSpanContext(parent)?.spanId ?? spanId) };
}

async function initialize(at: Place, comeUp: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await inSpan(at, { name: 'init', kind: SpanKind.INTERNAL, attributes: { 'faas.coldstart': true } }, comeUp);
  return performance.now() - start;
}

/** Whatever comes first: the handler's end, or its time. */
async function limited<Answer>(handler: Promise<Answer>, timeoutMs: number): Promise<Outcome<Answer>> {
  const inTime = new AbortController();
  const ran = handler.then(
    (answer): Outcome<Answer> => ({ kind: 'returned', answer }),
    (error: unknown): Outcome<Answer> => thrown(error),
  );
  const timedOut: Outcome<Answer> = {
    kind: 'killed',
    status: 'timeout',
    errorType: 'Sandbox.Timedout',
    message: `Task timed out after ${(timeoutMs / 1_000).toFixed(2)} seconds`,
  };
  // Losing the race is no error of the timer's.
  const timer = delay(timeoutMs, timedOut, { signal: inTime.signal, ref: false }).catch(() => timedOut);
  const outcome = await Promise.race([ran, timer]);
  inTime.abort();
  return outcome;
}

function thrown<Answer>(reason: unknown): Outcome<Answer> {
  const error = reason instanceof Error ? reason : failure('Error', String(reason));
  if (error.name !== OUT_OF_MEMORY) return { kind: 'threw', error };
  return { kind: 'killed', status: 'error', errorType: OUT_OF_MEMORY, message: error.message };
}

function close(service: Telemetry, span: Span, context: Context, outcome: Outcome<unknown>): void {
  if (outcome.kind === 'threw') {
    fail(span, outcome.error);
    const { name, message } = outcome.error;
    const attributes = { 'exception.type': name, 'exception.message': message };
    service.log({ severity: 'ERROR', body: `Invoke Error ${name}: ${message}`, attributes, context });
  }
  span.end();
}

function verdict(outcome: Outcome<unknown>): Pick<Report, 'status' | 'errorType'> {
  if (outcome.kind === 'returned') return { status: 'success', errorType: undefined };
  if (outcome.kind === 'threw') return { status: 'error', errorType: outcome.error.name };
  return { status: outcome.status, errorType: outcome.status === 'timeout' ? undefined : outcome.errorType };
}

/** A Node.js function that does little uses some 90 MB of its memory; one that died of it, all. */
function memoryOf(outcome: Outcome<unknown>, memorySizeMB: number): Pick<Report, 'maxMemoryUsedMB'> {
  const diedOfIt = outcome.kind === 'killed' && outcome.errorType === OUT_OF_MEMORY;
  return { maxMemoryUsedMB: diedOfIt ? memorySizeMB : Math.min(memorySizeMB, 92) };
}

function report(service: Telemetry, told: Told, metrics: Report): void {
  service.log({ severity: 'INFO', body: platformReport(new Date(), told, metrics) });
}
