/** Plays Lambda: a process for each sandbox, its invocations, its death, and the lines that the platform logs. */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const arnOf = (name) => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;
const handlerOf = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

/** `lines`: where the platform logs. */
export function platform(url, lines) {
  const sandboxes = new Map();

  async function sandboxOf(name) {
    const known = sandboxes.get(name);
    if (known) return known;
    const child = fork(`${FOLDER}sandbox.cjs`, {
      execArgv: name === 'scale-image' ? ['--max-old-space-size=48'] : [],
      stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
      env: {
        PATH: process.env.PATH,
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x',
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'recorder',
        AWS_SECRET_ACCESS_KEY: 'recorder',
        AWS_ENDPOINT_URL: url,
        LAMBDA_TASK_ROOT: FOLDER,
        _HANDLER: `functions.${handlerOf(name)}`,
        RECORDER_OTLP: `${url}/v1/traces`,
      },
    });
    await once(child, 'message');
    sandboxes.set(name, child);
    return child;
  }

  async function invoke(name, event, { requestId = randomUUID(), clientContext, traceHeader, timeoutMs = 10_000 } = {}) {
    const child = await sandboxOf(name);
    const invokedFunctionArn = arnOf(name);
    const context = { awsRequestId: requestId, functionName: name, invokedFunctionArn, clientContext };
    log('platform.start', { requestId, functionArn: invokedFunctionArn, version: '$LATEST' });
    const start = performance.now();
    child.send({ event, context, traceHeader });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const said = await Promise.race([
      once(child, 'message').then(([message]) => message),
      once(child, 'exit').then(([, signal]) => dead(requestId, signal, timeoutMs)),
    ]);
    clearTimeout(timer);
    if (said.status !== undefined) sandboxes.delete(name);
    report(requestId, performance.now() - start, said);
    return { requestId, ...said };
  }

  function log(type, record) {
    lines.push(JSON.stringify({ time: new Date().toISOString(), type, record }));
  }

  function report(requestId, took, { status, error }) {
    const durationMs = Math.round(took * 100) / 100;
    const isFull = error?.errorType === 'Runtime.OutOfMemory';
    log('platform.report', {
      requestId,
      metrics: { durationMs, billedDurationMs: Math.ceil(took), memorySizeMB: 128, maxMemoryUsedMB: isFull ? 128 : 91 },
      status: status ?? (error ? 'error' : 'success'),
      ...(error && status !== 'timeout' ? { errorType: error.errorType } : {}),
    });
  }

  const close = () => {
    for (const child of sandboxes.values()) child.kill();
    sandboxes.clear();
  };
  return { warm: sandboxOf, invoke, close };
}

/** How Lambda words the death of a sandbox: by our own clock, or of V8's abort when the heap is full. */
function dead(requestId, signal, timeoutMs) {
  if (signal === 'SIGKILL') {
    const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1_000).toFixed(2)} seconds`;
    return { status: 'timeout', error: { errorType: 'Sandbox.Timedout', errorMessage } };
  }
  const errorMessage = `RequestId: ${requestId} Error: Runtime exited with error: signal: ${signal}`;
  return { status: 'error', error: { errorType: 'Runtime.OutOfMemory', errorMessage } };
}
