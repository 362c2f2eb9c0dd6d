import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Placed } from './api.ts';
import { FAULTS, isFault, type Switchboard } from './faults.ts';
import type { Ledger } from './ledger.ts';
import { PAGE } from './page.ts';
import type { Queue } from './queue.ts';

export type Door = {
  readonly place: () => Promise<Placed>;
  readonly switches: Switchboard;
  readonly ledger: Ledger;
  readonly queue: Queue<unknown>;
};

/**
 * The shop's HTTP: `POST /orders` (201 or 502, `{ orderId, traceId, error? }`), its page at `/`, and what the page asks for:
 * `GET /api/state`, `POST /api/faults { fault, on }` (`fault: "all"` mends all of them).
 */
export function shopDoor(door: Door): RequestListener {
  const routes = new Map<string, (request: IncomingMessage, response: ServerResponse) => Promise<void> | void>([
    ['GET /', (_, response) => void response.writeHead(200, HTML).end(PAGE)],
    ['GET /api/state', (_, response) => answer(response, 200, state(door))],
    ['POST /api/faults', (request, response) => switched(door, request, response)],
    ['POST /orders', (_, response) => order(door, response)],
  ]);
  return (request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    const route = routes.get(`${request.method} ${path}`);
    if (route === undefined) return answer(response, 404, { error: `nothing at ${request.method} ${path}` });
    void Promise.resolve(route(request, response)).catch((error: unknown) => answer(response, 500, { error: String(error) }));
  };
}

const HTML = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:",
};

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

const state = ({ switches, ledger, queue }: Door): unknown => ({
  faults: FAULTS.map((story) => ({ ...story, on: switches.isOn(story.fault) })),
  orders: ledger.latest(),
  queue: { depth: queue.depth(), dead: queue.dead() },
});

async function order(door: Door, response: ServerResponse): Promise<void> {
  const { status, ...placed } = await door.place();
  answer(response, status, placed);
}

const wish = z.object({ fault: z.string(), on: z.boolean() });

async function switched(door: Door, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Another site's page can send us a form, but not this type without our leave.
  if (request.headers['content-type'] !== 'application/json')
    return answer(response, 415, { error: 'expected application/json' });
  const asked = wish.safeParse(await json(request));
  if (!asked.success) return answer(response, 400, { error: 'expected { "fault": "payment-declines", "on": true }' });
  const { fault, on } = asked.data;
  if (fault === 'all' && !on) door.switches.mend();
  else if (!isFault(fault))
    return answer(response, 400, { error: `no fault ${fault}; there are ${FAULTS.map((each) => each.fault).join(', ')}` });
  else if (on) door.switches.break(fault);
  else door.switches.mend(fault);
  answer(response, 200, state(door));
}

/** Ours: a wish is short. */
const WISH_BYTES = 4_096;

async function json(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > WISH_BYTES) return undefined;
    chunks.push(bytes);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
