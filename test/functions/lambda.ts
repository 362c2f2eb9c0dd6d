import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

type Outcome = { readonly kind: 'returned'; readonly value: unknown } | { readonly kind: 'failed'; readonly why: unknown };
export type Lambda = {
  readonly invoke: (event: unknown, remainingMs?: number) => Promise<Outcome>;
  /** What it has computed up to its last event: on a busy machine the clock says more about the others. */
  readonly cpuMs: () => number;
  readonly stop: () => Promise<void>;
};

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:tracefall-dev-function';

/**
 * The runtime API that AWS serves inside a sandbox, with one bundle of `dist/functions` running against it in a process of its own.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function lambda(name: string, environment: Readonly<Record<string, string>>): Promise<Lambda> {
  const waiting: { event: unknown; remainingMs: number; settle: (outcome: Outcome) => void }[] = [];
  const running = new Map<string, (outcome: Outcome) => void>();
  let idle: ServerResponse | undefined;
  let count = 0;
  let cpuMs = 0;

  /** A function that does not start fails whatever waits for it. */
  const fail = (why: unknown): void => {
    for (const { settle } of waiting.splice(0)) settle({ kind: 'failed', why });
  };

  const next = (): void => {
    const work = idle && waiting.shift();
    if (!idle || !work) return;
    const id = `request-${++count}`;
    running.set(id, work.settle);
    idle.writeHead(200, {
      'lambda-runtime-aws-request-id': id,
      'lambda-runtime-invoked-function-arn': ARN,
      'lambda-runtime-deadline-ms': `${Date.now() + work.remainingMs}`,
    });
    idle.end(JSON.stringify(work.event));
    idle = undefined;
  };

  const server = createServer(async (request, response) => {
    if (request.url?.endsWith('/invocation/next')) {
      idle = response;
      cpuMs = Number(request.headers['x-cpu-us']) / 1_000;
      return next();
    }
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const [, id = '', what] = /invocation\/(.+)\/(response|error)$/.exec(request.url ?? '') ?? [];
    const value: unknown = body === '' ? undefined : JSON.parse(body);
    if (request.url?.endsWith('/init/error')) fail(value);
    running.get(id)?.(what === 'response' ? { kind: 'returned', value } : { kind: 'failed', why: value });
    response.writeHead(202).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address
  const sandbox = started(name, { ...environment, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}` });
  return {
    invoke: (event, remainingMs = 10_000) =>
      new Promise((settle) => {
        waiting.push({ event, remainingMs, settle });
        next();
      }),
    cpuMs: () => cpuMs,
    stop: async () => {
      sandbox.kill('SIGKILL');
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** As much of a runtime as a handler sees: it is imported once, then given one event after another. */
const RUNTIME = `
const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/';
const said = (path, value) => fetch(base + path, { method: 'POST', body: JSON.stringify(value) });
const fault = ({ name, message, stack }) => ({ errorType: name, errorMessage: message, stackTrace: String(stack).split('\\n') });
const [path, exported] = process.argv[1].split(/\\.(?=[^.]+$)/);
const { [exported]: handler } = await import(path + '.mjs').catch(async (error) => {
  await said('init/error', fault(error));
  process.exit(1);
});
for (;;) {
  const { user, system } = process.cpuUsage();
  const given = await fetch(base + 'invocation/next', { headers: { 'x-cpu-us': user + system } });
  const id = given.headers.get('lambda-runtime-aws-request-id');
  const context = {
    awsRequestId: id,
    invokedFunctionArn: given.headers.get('lambda-runtime-invoked-function-arn'),
    getRemainingTimeInMillis: () => Number(given.headers.get('lambda-runtime-deadline-ms')) - Date.now(),
  };
  try {
    await said('invocation/' + id + '/response', (await handler(await given.json(), context)) ?? null);
  } catch (error) {
    await said('invocation/' + id + '/error', fault(error));
  }
}`;

/**
 * AWS's own client of the runtime API takes the loop's place where `AWS_LAMBDA_RIC` names its program (`aws-lambda-ric/bin/index.mjs`). It is no
 * dependency because it compiles libcurl and C++ when it is installed. https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
function started(name: string, environment: Readonly<Record<string, string>>): ChildProcess {
  const official = process.env['AWS_LAMBDA_RIC'];
  const program =
    official === undefined
      ? ['--input-type=module', '--eval', RUNTIME, `${pathToFileURL(resolve(`dist/functions/${name}`)).href}.receive`]
      : [official, `dist/functions/${name}.receive`];
  return spawn(process.execPath, program, {
    env: { ...environment, ...(official !== undefined && { NODE_OPTIONS: process.env['AWS_LAMBDA_RIC_OPTIONS'] ?? '' }) },
    stdio: ['ignore', 'ignore', process.env['SHOW_FUNCTIONS'] ? 'inherit' : 'ignore'],
  });
}
