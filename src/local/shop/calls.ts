import { randomUUID } from 'node:crypto';
import { type Attributes, type Context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { REGION } from './telemetry.ts';

/** Where in a trace the work is. Passed on by hand: several services share this process, and must not see each other's context. */
export type Place = { readonly tracer: Tracer; readonly context: Context };

export type Call = { readonly name: string; readonly kind: SpanKind; readonly attributes: Attributes };

/** Does the work inside a span, which ends with it and bears its error. Work that never ends leaves a span that is never sent. */
export async function inSpan<T>(at: Place, call: Call, work: (inside: Place, span: Span) => Promise<T>): Promise<T> {
  const span = at.tracer.startSpan(call.name, { kind: call.kind, attributes: call.attributes }, at.context);
  try {
    const answer = await work({ tracer: at.tracer, context: trace.setSpan(at.context, span) }, span);
    span.end();
    return answer;
  } catch (error) {
    fail(span, error);
    span.end();
    throw error;
  }
}

/** An error with a name of its own, which is what telemetry calls its type. */
export const failure = (name: string, message: string): Error => Object.assign(new Error(message), { name });

export function fail(span: Span, error: unknown): void {
  const thrown = error instanceof Error ? error : failure('Error', String(error));
  span.recordException(thrown);
  span.setAttribute('error.type', thrown.name);
  span.setStatus({ code: SpanStatusCode.ERROR, message: thrown.message });
}

export type AwsCall = {
  /** As the SDK names it: `DynamoDB`. */
  readonly service: string;
  readonly method: string;
  readonly attributes?: Attributes;
  /** What the SDK's instrumentation calls it, if not `DynamoDB.PutItem`. */
  readonly name?: string;
  readonly kind?: SpanKind;
};

/** A call of an AWS API as the SDK's instrumentation tells it. https://opentelemetry.io/docs/specs/semconv/cloud-providers/aws-sdk/ */
export function awsCall<T>(at: Place, call: AwsCall, work: (inside: Place, span: Span) => Promise<T>): Promise<T> {
  const attributes = {
    'rpc.system': 'aws-api',
    'rpc.service': call.service,
    'rpc.method': call.method,
    'cloud.region': REGION,
    'server.address': `${call.service.toLowerCase()}.${REGION}.amazonaws.com`,
    ...call.attributes,
  };
  return inSpan(
    at,
    { name: call.name ?? `${call.service}.${call.method}`, kind: call.kind ?? SpanKind.CLIENT, attributes },
    async (inside, span) => {
      const answer = await work(inside, span);
      span.setAttributes({ 'http.response.status_code': 200, 'aws.request_id': randomUUID() });
      return answer;
    },
  );
}
