import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

/** Everything of the demo stays on this machine. */
export const HOST = '127.0.0.1';

/** Has a server listen on `port`, 0 for any free one; resolves with the port, rejects with the error of `listen`. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Ends a server and its connections; at once when it does not listen. */
export function close(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
