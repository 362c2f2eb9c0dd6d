/**
 * One Lambda sandbox, a process of its own: OpenTelemetry as the owner of a function sets it up, the real instrumentations, the
 * handler that `_HANDLER` names. The recorder plays the platform over IPC and kills it when its time is over.
 */
const { context, propagation, ROOT_CONTEXT } = require('@opentelemetry/api');
const { CompositePropagator, W3CTraceContextPropagator } = require('@opentelemetry/core');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http');
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { AwsInstrumentation } = require('@opentelemetry/instrumentation-aws-sdk');
const { AwsLambdaInstrumentation } = require('@opentelemetry/instrumentation-aws-lambda');
const { AWSXRayLambdaPropagator } = require('@opentelemetry/propagator-aws-xray-lambda');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BatchSpanProcessor, NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
const { invocationIds, outcomeIds, requestIds, responseIds } = require('./hooks.cjs');

const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({
    'service.name': process.env.AWS_LAMBDA_FUNCTION_NAME,
    'cloud.provider': 'aws',
    'cloud.platform': 'aws_lambda',
    'faas.name': process.env.AWS_LAMBDA_FUNCTION_NAME,
  }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: process.env.RECORDER_OTLP }))],
});
provider.register({
  propagator: new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new AWSXRayLambdaPropagator()] }),
});

/** Lambda's own carriers: HTTP headers, the client context of an Invoke, the detail of an event that its sender gave one. */
function parentOf(event, invocation) {
  const carrier = event.headers ?? invocation.clientContext?.custom ?? event.detail?.carrier;
  return carrier ? propagation.extract(ROOT_CONTEXT, carrier) : propagation.extract(context.active(), {});
}

registerInstrumentations({
  tracerProvider: provider,
  instrumentations: [
    new AwsInstrumentation({ suppressInternalInstrumentation: true, preRequestHook: requestIds, responseHook: responseIds }),
    new AwsLambdaInstrumentation({
      eventContextExtractor: parentOf,
      useGlobalPropagatorForSqsExtraction: true,
      requestHook: invocationIds,
      responseHook: outcomeIds,
    }),
  ],
});

const [file, name] = process.env._HANDLER.split('.');
const handlers = require(require('node:path').join(process.env.LAMBDA_TASK_ROOT, `${file}.cjs`));

process.on('message', async ({ event, context: invocation, traceHeader }) => {
  // The runtime sets it anew for each invocation.
  if (traceHeader === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = traceHeader;
  try {
    process.send({ answer: (await handlers[name](event, invocation)) ?? null });
  } catch (error) {
    process.send({ error: { errorType: error.name, errorMessage: error.message } });
  }
});
process.send({ ready: true });
