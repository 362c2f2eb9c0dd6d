import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Report } from './people.ts';

/** Another path on the bot's port. `path` is exact; a handler that throws is reported and answered 500. */
export type Route = {
  readonly path: string;
  readonly method: string;
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
};

/**
 * One port for Slack and for telemetry. Our own few lines, not Bolt's `customRoutes`: its Socket Mode receiver serves those from an
 * async listener that nobody awaits, so that a request to `//` ends the process (@slack/bolt 5.1.0, SocketModeReceiver).
 */
export function routed(routes: readonly Route[], report: Report): RequestListener {
  return (request, response) => {
    const path = pathOf(request);
    const here = routes.filter((route) => route.path === path);
    const route = here.find(({ method }) => method === request.method);
    if (!route) return turnedAway(request, response, here);
    void answered(route, request, response, report);
  };
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const [path = '/'] = url.split('?', 1);
  return path;
}

function turnedAway(request: IncomingMessage, response: ServerResponse, here: readonly Route[]): void {
  request.resume();
  if (here.length === 0) response.writeHead(404).end();
  else response.writeHead(405, { allow: here.map(({ method }) => method).join(', ') }).end();
}

async function answered(route: Route, request: IncomingMessage, response: ServerResponse, report: Report): Promise<void> {
  try {
    await route.handler(request, response);
  } catch (error) {
    report.failed(error, `${route.method} ${route.path}`);
    if (response.headersSent) response.destroy();
    else response.writeHead(500).end();
  }
}
