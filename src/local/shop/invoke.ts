import { SpanKind } from '@opentelemetry/api';
import { awsCall, failure, type Place } from './calls.ts';
import type { Takes } from './chance.ts';
import type { LambdaFunction, Outcome } from './function-runtime.ts';
import { REGION } from './telemetry.ts';
import { below, sender, traceparent } from './trace-header.ts';

/** From the call's arrival at Lambda to the start of a warm function. */
const DISPATCH_MS = 4;

/** Calls a function and waits for its answer. Throws under the name of what went wrong in it. */
export function invokeFunction<Event, Answer>(
  at: Place,
  callee: LambdaFunction<Event, Answer>,
  event: Event,
  takes: Takes,
): Promise<Answer> {
  const call = {
    service: 'Lambda',
    method: 'Invoke',
    name: `${callee.name} Invoke`,
    attributes: { 'faas.invoked_name': callee.name, 'faas.invoked_provider': 'aws', 'faas.invoked_region': REGION },
  };
  return awsCall(at, call, async (inside) => {
    await takes(DISPATCH_MS);
    const parent = below(sender(traceparent(inside.context)));
    return answered(await callee.invoke(event, { parent, spanName: callee.name, kind: SpanKind.SERVER, trigger: 'other' }));
  });
}

function answered<Answer>(outcome: Outcome<Answer>): Answer {
  if (outcome.kind === 'returned') return outcome.answer;
  if (outcome.kind === 'threw') throw failure(outcome.error.name, outcome.error.message);
  throw failure(outcome.errorType, outcome.message);
}
