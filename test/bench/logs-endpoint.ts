import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** FilterLogEvents: for an account and Region, not to be raised. https://repost.aws/knowledge-center/cloudwatch-logs-throttling (2026-11-22) */
export const REQUESTS_PER_SECOND = 5;
/** A page has at most 1 MB. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
const PAGE_BYTES = 1_048_576;
/** Ours: a log line of an error with its stack. */
const LINE_BYTES = 2_000;

/** Time stands in a header: an hour of an account passes in a minute of ours. */
export const NOW = 'x-bench-now';

export type Failure = { readonly group: string; readonly at: number };
export type Endpoint = {
  readonly url: string;
  readonly counted: { calls: number; throttled: number; bytes: number };
  readonly close: () => Promise<void>;
};

/** FilterLogEvents as far as a scan for errors needs it, with its quota. `failures`: what the functions wrote, in the order of time. */
export async function logsEndpoint(failures: readonly Failure[]): Promise<Endpoint> {
  const counted = { calls: 0, throttled: 0, bytes: 0 };
  const admit = bucket();
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const { logGroupName, startTime, endTime } = JSON.parse(body);
    counted.calls += 1;
    if (!admit(Number(request.headers[NOW]))) {
      counted.throttled += 1;
      response.writeHead(400, { 'x-amzn-errortype': 'ThrottlingException' });
      return void response.end('{"__type":"ThrottlingException","message":"Rate exceeded"}');
    }
    const found = failures.filter(({ group, at }) => group === logGroupName && at >= startTime && at < endTime);
    const page = found.slice(0, Math.floor(PAGE_BYTES / LINE_BYTES));
    const events = page.map(({ at }) => ({ timestamp: at, message: 'x'.repeat(LINE_BYTES) }));
    const answer = JSON.stringify({ events, searchedLogStreams: [] });
    counted.bytes += answer.length;
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address
  return { url: `http://127.0.0.1:${port}`, counted, close: () => closed(server) };
}

/** A token bucket a second deep. */
function bucket(): (nowMs: number) => boolean {
  let tokens = REQUESTS_PER_SECOND;
  let last = 0;
  return (nowMs) => {
    tokens = Math.min(REQUESTS_PER_SECOND, tokens + ((nowMs - last) / 1_000) * REQUESTS_PER_SECOND);
    last = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
