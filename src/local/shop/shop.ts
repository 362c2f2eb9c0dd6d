import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import { ordersApi } from './api.ts';
import { seeded, taking } from './chance.ts';
import { shopDoor } from './door.ts';
import { type Fault, switchboard } from './faults.ts';
import { type Ledger, type LedgerEntry, ledger } from './ledger.ts';
import { pipeline } from './pipeline.ts';

export type ShopOptions = {
  /** undefined: any free one. */
  readonly port?: number | undefined;
  /** Its telemetry goes to `<otlpUrl>/v1/traces` and `/v1/logs`. */
  readonly otlpUrl: string;
  readonly otlpToken?: string | undefined;
  /** Customers who order by themselves; 20 if not given, 0 for none. */
  readonly ordersPerMinute?: number;
  /** A failed delivery is tried again after that; Lambda wants it longer than the function's 3 s. 4 s if not given. */
  readonly visibilityTimeoutMs?: number;
  /** Of all that varies; 1 if not given. */
  readonly seed?: number;
  readonly onProgress?: (line: string) => void;
};

export type Shop = {
  /** Its page. */
  readonly url: string;
  readonly faults: ReadonlyMap<Fault, boolean>;
  break(fault: Fault): void;
  /** undefined: all of them. */
  mend(fault?: Fault): void;
  /** Orders as a customer does, over HTTP; resolves with the shop's answer: 201, or 502. What the queue does comes later. */
  order(): Promise<{ readonly status: number; readonly traceId: string }>;
  /** The last 10 orders, latest first. */
  orders(): readonly LedgerEntry[];
  /** Sends all telemetry that is ready. */
  flush(): Promise<void>;
  stop(): Promise<void>;
};

const ORDERS_PER_MINUTE = 20;
const VISIBILITY_TIMEOUT_MS = 4_000;

/** Opens the sample shop: a small order pipeline under real OpenTelemetry SDKs, with faults to switch on. */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const chance = seeded(options.seed ?? 1);
  const switches = switchboard();
  const otlp = { url: options.otlpUrl, token: options.otlpToken };
  const world = { otlp, takes: taking(chance), switches };
  const entries: Ledger = ledger();
  const visibilityTimeoutMs = options.visibilityTimeoutMs ?? VISIBILITY_TIMEOUT_MS;
  const line = pipeline(world, { chance, ledger: entries, visibilityTimeoutMs });
  const api = ordersApi(world, { pipeline: line, ledger: entries, chance });
  const services = [api.telemetry, ...line.services];

  const server = createServer(shopDoor({ place: api.place, switches, ledger: entries, queue: line.orders }));
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`expected a TCP address, not ${address}`);
  const url = `http://127.0.0.1:${address.port}`;
  const endTraffic = traffic(options.ordersPerMinute ?? ORDERS_PER_MINUTE, () => ordered(url));
  options.onProgress?.(`The sample shop is open at ${url}`);

  return {
    url,
    faults: switches.faults,
    break: switches.break,
    mend: switches.mend,
    order: () => ordered(url),
    orders: entries.latest,
    flush: async () => void (await Promise.all(services.map((service) => service.flush()))),
    stop: async () => {
      endTraffic();
      line.stop();
      server.close();
      server.closeAllConnections();
      await Promise.all(services.map((service) => service.stop()));
    },
  };
}

const placed = z.object({ traceId: z.string() });

async function ordered(url: string): Promise<{ readonly status: number; readonly traceId: string }> {
  const response = await fetch(`${url}/orders`, { method: 'POST' });
  return { status: response.status, traceId: placed.parse(await response.json()).traceId };
}

/** Customers come evenly: a demonstration should not wait for chance. Returns how to end it. */
function traffic(perMinute: number, order: () => Promise<unknown>): () => void {
  if (perMinute <= 0) return () => undefined;
  // An order that was cut off by the end of the shop is nobody's loss.
  const timer = setInterval(() => void order().catch(() => undefined), 60_000 / perMinute);
  return () => clearInterval(timer);
}
