import { randomBytes } from 'node:crypto';
import { on } from 'node:events';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';

/** JSON over a WebSocket, as little of RFC 6455 as a test needs: text frames, no fragments, no extensions. Node 20 has no client of its own. */
export type JsonSocket = { readonly frames: AsyncIterable<unknown>; send(value: unknown): void; close(): void };

export function openSocket(url: string): Promise<JsonSocket> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
  };
  return new Promise((resolve, reject) => {
    request(url, { headers })
      .on('upgrade', (_response, socket, head) => {
        // What came with the handshake is read first.
        if (head.length > 0) socket.unshift(head);
        resolve({
          frames: jsonFrames(socket),
          send: (value) => socket.write(masked(JSON.stringify(value))),
          close: () => socket.destroy(),
        });
      })
      .on('response', (response) => reject(new Error(`${url}: no upgrade but HTTP ${response.statusCode}`)))
      .on('error', reject)
      .end();
  });
}

async function* jsonFrames(socket: Duplex): AsyncGenerator<unknown> {
  let rest = Buffer.alloc(0);
  for await (const [chunk] of on(socket, 'data', { close: ['close', 'end'] })) {
    rest = Buffer.concat([rest, chunk]);
    for (let frame = readFrame(rest); frame !== undefined; frame = readFrame(rest)) {
      rest = rest.subarray(frame.length);
      if (frame.opcode === TEXT) yield JSON.parse(frame.payload.toString('utf8'));
    }
  }
}

const TEXT = 1;

/** https://www.rfc-editor.org/rfc/rfc6455#section-5.2 — undefined: not whole yet. A server never masks. */
function readFrame(bytes: Buffer): { readonly opcode: number; readonly payload: Buffer; readonly length: number } | undefined {
  if (bytes.length < 10 && bytes.length < 2 + extraLength(bytes)) return undefined;
  const head = 2 + extraLength(bytes);
  const short = (bytes[1] ?? 0) & 0x7f;
  const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < head + size) return undefined;
  return { opcode: (bytes[0] ?? 0) & 0x0f, payload: bytes.subarray(head, head + size), length: head + size };
}

/** Bytes of the length beyond the first seven bits; more than there can be while even those are missing. */
function extraLength(bytes: Buffer): number {
  const short = bytes[1];
  if (short === undefined) return 8;
  const size = short & 0x7f;
  if (size < 126) return 0;
  return size === 126 ? 2 : 8;
}

/** A client must mask; any mask will do. */
function masked(text: string): Buffer {
  const payload = Buffer.from(text, 'utf8');
  const mask = randomBytes(4);
  const head =
    payload.length < 126
      ? Buffer.from([0x81, 0x80 | payload.length])
      : Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}
