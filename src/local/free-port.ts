import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that nobody listens on now, the preferred one where it is free; somebody else may take it before the caller does. */
export async function freePort(preferred = 0): Promise<number> {
  const server = createServer();
  try {
    server.listen(preferred, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    if (preferred === 0) throw error;
    return await freePort();
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error(`expected a TCP address, not ${address}`);
  return address.port;
}
