/** What of an invocation the platform knows. */
export type Told = {
  readonly requestId: string;
  readonly functionArn: string;
  readonly tracing: { readonly spanId: string; readonly value: string };
};

export type Report = {
  readonly status: 'success' | 'error' | 'timeout';
  readonly errorType: string | undefined;
  readonly durationMs: number;
  readonly initDurationMs: number | undefined;
  readonly memorySizeMB: number;
  readonly maxMemoryUsedMB: number;
};

const tracing = (told: Told) => ({ ...told.tracing, type: 'X-Amzn-Trace-Id' });

/** Lines of the Lambda platform in its JSON log format. https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html */
export function platformStart(at: Date, told: Told): string {
  const { requestId, functionArn } = told;
  return JSON.stringify({
    time: at.toISOString(),
    type: 'platform.start',
    record: { requestId, functionArn, version: '$LATEST', tracing: tracing(told) },
  });
}

export function platformReport(at: Date, told: Told, report: Report): string {
  const metrics = {
    durationMs: hundredths(report.durationMs),
    billedDurationMs: Math.ceil(report.durationMs + (report.initDurationMs ?? 0)),
    memorySizeMB: report.memorySizeMB,
    maxMemoryUsedMB: report.maxMemoryUsedMB,
    ...(report.initDurationMs === undefined ? {} : { initDurationMs: hundredths(report.initDurationMs) }),
  };
  const record = {
    requestId: told.requestId,
    metrics,
    tracing: tracing(told),
    status: report.status,
    ...(report.errorType === undefined ? {} : { errorType: report.errorType }),
  };
  return JSON.stringify({ time: at.toISOString(), type: 'platform.report', record });
}

const hundredths = (ms: number): number => Math.round(ms * 100) / 100;
