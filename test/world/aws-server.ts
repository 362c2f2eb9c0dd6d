import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Readonly<Record<string, unknown>>;
type Answer = Json | 'throttled' | 'hangs' | { readonly error: string } | { readonly xml: string };
type Call = { readonly name: string; readonly input: Json };
export type AwsServer = {
  readonly url: string;
  readonly calls: Call[];
  /** What the operation answers from now on; the n-th call gets the n-th answer, the last one for ever. */
  readonly answers: (name: string, ...answers: Answer[]) => void;
  readonly close: () => Promise<void>;
};

/**
 * A server that speaks AWS's protocols as far as the SDK's clients of CloudWatch Logs and EventBridge (JSON 1.1, the operation in a header) and
 * of X-Ray (REST with JSON, the operation as the path) and of STS (a form, answered in XML) need it. What it was not told to answer it refuses.
 */
export async function awsServer(): Promise<AwsServer> {
  const calls: Call[] = [];
  const scripts = new Map<string, Answer[]>();
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const form = new URLSearchParams(body).get('Action');
    const input: Json = form === null ? JSON.parse(body || '{}') : {};
    const name = form ?? operation(request);
    calls.push({ name, input });
    const script = scripts.get(name) ?? [];
    reply(response, (script.length > 1 ? script.shift() : script[0]) ?? { error: `UnknownOperation ${name}` }, form !== null);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    answers: (name, ...answers) => void scripts.set(name, answers),
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

const REST: Readonly<Record<string, string>> = { '/Traces': 'BatchGetTraces' };

function operation({ headers, url = '' }: IncomingMessage): string {
  const target = headers['x-amz-target'];
  return typeof target === 'string' ? (target.split('.')[1] ?? '') : (REST[url] ?? url.slice(1));
}

async function text(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}

function reply(response: ServerResponse, answer: Answer, isXml: boolean): void {
  if (answer === 'hangs') return;
  if (typeof answer === 'object' && 'xml' in answer) return void response.end(answer['xml']);
  const error = answer === 'throttled' ? 'ThrottlingException' : 'error' in answer ? String(answer['error']) : undefined;
  if (isXml)
    return void response
      .writeHead(400)
      .end(`<ErrorResponse><Error><Code>${error}</Code><Message>as the test wants it</Message></Error></ErrorResponse>`);
  const headers = { 'content-type': 'application/x-amz-json-1.1', ...(error !== undefined && { 'x-amzn-errortype': error }) };
  response.writeHead(error === undefined ? 200 : 400, headers);
  response.end(JSON.stringify(error === undefined ? answer : { __type: error, message: 'as the test wants it' }));
}
