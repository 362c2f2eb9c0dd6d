import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What the network between two programs does. Bytes are late, or their connection dies; none is swallowed, as none is by TCP. */
export type HoldProxy = {
  readonly port: number;
  /** New connections lead to that port of this machine. */
  aim(port: number): void;
  /** Nothing passes until `release`; nothing is lost. */
  hold(): void;
  release(): void;
  /** Connections that exist fall silent for ever, as when a host vanishes; new ones pass. */
  halfOpen(): void;
  /** Connections that exist are reset. */
  reset(): void;
  /** How each further piece of data travels: so much later, in pieces of so many bytes. */
  travel(how: { readonly latencyMs: number; readonly pieceBytes: number }): void;
  stop(): Promise<void>;
};

type Pair = { readonly near: Socket; readonly far: Socket };
type Travel = Parameters<HoldProxy['travel']>[0];

export const WHOLE = Number.POSITIVE_INFINITY;
const AT_ONCE: Travel = { latencyMs: 0, pieceBytes: WHOLE };

/** Listens on a free port of the loopback interface. */
export async function startHoldProxy(target: number): Promise<HoldProxy> {
  const pairs = new Set<Pair>();
  const silent = new Set<Pair>();
  let upstream = target;
  let travel = AT_ONCE;
  let isHeld = false;

  const server = createServer((near) => {
    const far = connect(upstream, '127.0.0.1');
    const pair = { near, far };
    pairs.add(pair);
    const part = () => {
      near.destroy();
      far.destroy();
      pairs.delete(pair);
    };
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true).on('error', part).on('close', part);
      carry(from, to, () => travel);
      if (isHeld) from.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const each = (what: (socket: Socket) => void): void => {
    for (const { near, far } of pairs) [near, far].forEach(what);
  };
  return {
    // A TCP server's address is an object.
    port: (server.address() as AddressInfo).port,
    aim: (port) => {
      upstream = port;
    },
    hold: () => {
      isHeld = true;
      each((socket) => socket.pause());
    },
    release: () => {
      isHeld = false;
      each((socket) => socket.resume());
    },
    halfOpen: () => {
      each((socket) => socket.pause().removeAllListeners('data'));
      for (const pair of pairs) silent.add(pair);
      pairs.clear();
    },
    reset: () => each((socket) => socket.resetAndDestroy()),
    travel: (how) => {
      travel = how;
    },
    stop: async () => {
      for (const { near, far } of [...pairs, ...silent]) [near, far].map((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}

/** In order, however late; what follows at once is late at once, as on a long line, not on a narrow one. */
function carry(from: Socket, to: Socket, travel: () => Travel): void {
  let before: Promise<void> = Promise.resolve();
  from.on('data', (data: Buffer) => {
    const how = travel();
    if (how === AT_ONCE) to.write(data);
    else {
      const due = performance.now() + how.latencyMs;
      before = before.then(() => slowly(data, to, how, due));
    }
  });
}

async function slowly(data: Buffer, to: Socket, { pieceBytes }: Travel, due: number): Promise<void> {
  const early = due - performance.now();
  if (early > 0) await delay(early, undefined, { ref: false });
  for (let at = 0; at < data.length; at += pieceBytes) {
    to.write(data.subarray(at, Math.min(data.length, at + pieceBytes)));
    if (pieceBytes !== WHOLE) await delay(1, undefined, { ref: false });
  }
}
