import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { HttpApp } from '../../src/http/server.ts';
import { cleanUpLater } from '../harness/jest/clean-ups.ts';

/** The servers of apps that listen: otherwise each request starts one, which takes longer than its answer. */
const servers = new WeakMap<HttpApp, Server>();

/** Has the API listen until the end of the test, or of the file. */
export async function listening<Api extends { app: HttpApp }>(api: Api): Promise<Api> {
  const server = createServer(api.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.set(api.app, server);
  cleanUpLater(() => {
    server.close();
    server.closeAllConnections();
  });
  return api;
}

/** What requests to the app are sent to. */
export function targetOf(app: HttpApp): HttpApp | Server {
  return servers.get(app) ?? app;
}
