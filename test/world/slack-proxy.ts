import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { responseViolations, violations } from './slack-validator.ts';

/** A call as it came in. `method`: `chat.postMessage`, or `upload` for a file's bytes (args: the `text` of a document), or the path of anything else. */
type Call = {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly token: string | undefined;
};

/** What goes wrong instead of, or after, the deed. `after`: Slack has done it and we do not hear so. */
export type Fault = { readonly when: 'before' | 'after'; readonly how: 'reset' | 'hang' | FaultAnswer };
export type FaultAnswer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type SlackProxy = {
  /** For `slackApiUrl`; ends in a slash. */
  readonly apiUrl: string;
  readonly calls: readonly Call[];
  /** Those of them that Slack was given, whether or not anybody heard its answer. */
  readonly given: readonly Call[];
  readonly violations: readonly string[];
  /** The next call of that method (each, until it says undefined again) goes wrong like this. */
  failWith(fault: ((call: Call) => Fault | undefined) | undefined): void;
  /** The same address on this proxy. */
  mirrored(address: string): string;
  stop(): Promise<void>;
};

/** Stands in front of a Slack server, checks everything against Slack's published rules, writes it down and passes it on. */
export async function startSlackProxy(target: { readonly apiUrl: string }): Promise<SlackProxy> {
  const upstream = new URL(target.apiUrl);
  const calls: Call[] = [];
  const given: Call[] = [];
  const found: string[] = [];
  let faults: ((call: Call) => Fault | undefined) | undefined;
  const noted = metadataKept();

  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is an object.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const call = callOf(request, body, upstream.pathname);
    calls.push(call);
    found.push(...violationsOf(call, body));
    const fault = faults?.(call);
    if (fault?.when === 'before') return goWrong(fault, response);
    given.push(call);
    const answer = noted.kept(call, since(call, await forwarded(request, body)));
    if (fault?.when === 'after') return goWrong(fault, response);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  async function forwarded(request: IncomingMessage, body: Buffer) {
    const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
      SKIPPED.has(name) || value === undefined ? [] : [[name, String(value)]],
    );
    const sent = request.method === 'GET' ? {} : { body: new Uint8Array(body) };
    const answer = await fetch(new URL(request.url ?? '/', upstream.origin), {
      method: request.method ?? 'GET',
      headers,
      ...sent,
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get('content-type') ?? 'application/octet-stream';
    // Addresses that Slack hands out (uploads, downloads) lead through here again.
    const body_ = type.includes('json') ? Buffer.from(bytes.toString().replaceAll(upstream.origin, origin)) : bytes;
    return { status: answer.status, headers: { 'content-type': type }, body: body_ };
  }

  return {
    apiUrl: `${origin}${upstream.pathname}`,
    ...{ calls, given },
    violations: found,
    failWith: (next) => {
      faults = next;
    },
    mirrored: (address) => address.replace(upstream.origin, origin),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Answered = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Buffer };

/** Slack gives no message older than `oldest`; local-slack 0.1.8 gives them all. */
function since(call: Call, answer: Answered): Answered {
  const oldest = Number(call.args['oldest'] ?? 0);
  if (call.method !== 'conversations.history' || !(oldest > 0)) return answer;
  const said = JSON.parse(answer.body.toString());
  const messages = (said.messages ?? []).filter((message: { ts: string }) => Number(message.ts) >= oldest);
  return { ...answer, body: Buffer.from(JSON.stringify({ ...said, messages })) };
}

/** Slack gives a message's metadata back to whoever asks for all of it; local-slack 0.1.8 drops it. */
function metadataKept() {
  const byMessage = new Map<string, unknown>();
  const kept = (call: Call, answer: Answered): Answered => {
    const { metadata } = call.args;
    if (metadata !== undefined) {
      const { channel, ts } = JSON.parse(answer.body.toString());
      if (ts !== undefined) byMessage.set(`${channel}/${ts}`, metadata);
    }
    if (call.method !== 'conversations.history' || call.args['include_all_metadata'] === undefined) return answer;
    const said = JSON.parse(answer.body.toString());
    const messages = (said.messages ?? []).map((message: { ts: string }) => {
      const note = byMessage.get(`${call.args['channel']}/${message.ts}`);
      return note === undefined ? message : { ...message, metadata: note };
    });
    return { ...answer, body: Buffer.from(JSON.stringify({ ...said, messages })) };
  };
  return { kept };
}

/** Of one connection, or made anew by fetch. */
const SKIPPED = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'accept-encoding', 'expect']);

function goWrong({ how }: Fault, response: ServerResponse): void {
  if (how === 'hang') return;
  if (how === 'reset') response.destroy();
  else response.writeHead(how.status, { ...how.headers }).end(how.body ?? '');
}

function callOf(request: IncomingMessage, body: Buffer, apiPath: string): Call {
  const { pathname } = new URL(request.url ?? '/', 'http://slack');
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const method = pathname.startsWith('/upload/') ? 'upload' : pathname.replace(apiPath, '');
  return { method, token, args: method === 'upload' ? uploadedIn(body) : argsOf(request, body) };
}

function argsOf(request: IncomingMessage, body: Buffer): Readonly<Record<string, unknown>> {
  const text = body.toString();
  if ((request.headers['content-type'] ?? '').includes('json')) return JSON.parse(text);
  return Object.fromEntries(
    [...new URLSearchParams(text)].map(([name, value]) => [name, STRUCTURED.has(name) ? JSON.parse(value) : value]),
  );
}

/** The arguments that Slack takes as JSON within a form. */
const STRUCTURED = new Set(['blocks', 'metadata', 'view', 'files', 'unfurls']);

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const isPng = (body: Buffer): boolean => body.subarray(0, PNG.length).equals(PNG);
const isKnown = (body: Buffer): boolean => isPng(body) || /^(# |\{)/.test(body.toString('utf8', 0, 2));
const uploadedIn = (body: Buffer) => (isPng(body) ? {} : { text: body.toString() });

function violationsOf(call: Call, body: Buffer): readonly string[] {
  if (call.method === 'upload') return isKnown(body) ? [] : ['upload: neither a PNG nor one of our documents'];
  if (call.method.startsWith('/_hooks/')) return responseViolations(call.args);
  const anonymous = call.token === undefined ? [`${call.method}: no bearer token`] : [];
  return [...anonymous, ...violations(call.method, call.args)];
}
