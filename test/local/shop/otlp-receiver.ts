import { once } from 'node:events';
import { createServer } from 'node:http';
import { parse } from '../../../src/telemetry/parse.ts';
import type { InvocationRecord, LogRecord, SpanRecord, TelemetryRecord } from '../../../src/telemetry/record.ts';

type Request = { readonly path: string; readonly contentType: string; readonly authorization: string | undefined };

/** An OTLP/HTTP receiver that keeps what it is sent. */
export type Receiver = {
  readonly url: string;
  readonly requests: readonly Request[];
  readonly records: readonly TelemetryRecord[];
  spans(traceId: string): readonly SpanRecord[];
  invocations(traceId: string): readonly InvocationRecord[];
  logs(traceId: string): readonly LogRecord[];
  close(): Promise<void>;
};

export async function otlpReceiver(): Promise<Receiver> {
  const requests: Request[] = [];
  const records: TelemetryRecord[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { url = '', headers } = request;
    requests.push({ path: url, contentType: headers['content-type'] ?? '', authorization: headers.authorization });
    const parsed = parse(Buffer.concat(chunks), url);
    records.push(...parsed.records);
    response.writeHead(parsed.rejects.length === 0 ? 200 : 400, { 'content-type': headers['content-type'] }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');

  const ofTrace = <K extends TelemetryRecord['kind']>(
    kind: K,
    traceId: string,
  ): readonly Extract<TelemetryRecord, { kind: K }>[] =>
    // The filter has just made sure of the kind; TypeScript does not carry a generic discriminant.
    records.filter((record) => record.kind === kind && record.traceId === traceId) as Extract<TelemetryRecord, { kind: K }>[];
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    records,
    spans: (traceId) => ofTrace('span', traceId),
    invocations: (traceId) => ofTrace('invocation', traceId),
    logs: (traceId) => ofTrace('log', traceId),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
