import type { Attributes, Context, Tracer } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

export type Otlp = { readonly url: string; readonly token: string | undefined };

/** What one service says of itself: each has its own SDK, as if it ran alone. */
export type Telemetry = {
  readonly tracer: Tracer;
  log(line: LogLine): void;
  flush(): Promise<void>;
  stop(): Promise<void>;
};

type LogLine = {
  readonly severity: 'INFO' | 'ERROR';
  readonly body: string;
  readonly attributes?: Attributes;
  /** undefined: the platform writes it, which knows nothing of spans. */
  readonly context?: Context;
};

/** A demonstration is watched: half a second, not the SDK's five. */
const EXPORT_EVERY_MS = 500;

export const REGION = 'eu-west-1';
/** The account of AWS's own examples. */
export const ACCOUNT = '111122223333';

/** The real SDK, over real OTLP/HTTP: spans as protobuf, logs as JSON. Installs nothing globally: Tracefall runs in the same process. */
export function telemetry(service: string, attributes: Attributes, otlp: Otlp): Telemetry {
  const resource = defaultResource().merge(
    resourceFromAttributes({
      'service.name': service,
      'service.namespace': 'shop',
      'deployment.environment.name': 'shop-demo',
      'cloud.provider': 'aws',
      'cloud.region': REGION,
      'cloud.account.id': ACCOUNT,
      ...attributes,
    }),
  );
  const base = otlp.url.replace(/\/+$/, '');
  const headers = otlp.token === undefined ? {} : { authorization: `Bearer ${otlp.token}` };
  const traces = new NodeTracerProvider({
    resource,
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url: `${base}/v1/traces`, headers }), {
        scheduledDelayMillis: EXPORT_EVERY_MS,
      }),
    ],
  });
  const logs = new LoggerProvider({
    resource,
    processors: [
      new BatchLogRecordProcessor({
        exporter: new OTLPLogExporter({ url: `${base}/v1/logs`, headers }),
        scheduledDelayMillis: EXPORT_EVERY_MS,
      }),
    ],
  });
  const logger = logs.getLogger('shop');
  return {
    tracer: traces.getTracer('shop', '1.0.0'),
    log: ({ severity, context, ...line }) =>
      logger.emit({
        ...line,
        timestamp: Date.now(),
        severityNumber: SeverityNumber[severity],
        severityText: severity,
        ...(context ? { context } : {}),
      }),
    flush: async () => void (await Promise.all([traces.forceFlush(), logs.forceFlush()])),
    stop: async () => void (await Promise.allSettled([traces.shutdown(), logs.shutdown()])),
  };
}
