import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The demo is reachable from this machine only. */
export const HOST = '127.0.0.1';

/** Makes a server listen on `port`, or on any free port for 0. Resolves with the actual port; rejects with the error of `listen`. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Closes a server and its connections. Does nothing when it is not listening. */
export function close(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  await close(server);
  return port;
}
