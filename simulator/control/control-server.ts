import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { FaultError } from '../faults/fault-options.ts';
import { PairingError } from '../pairing/pairing-error.ts';
import type { ControlServer, Simulator } from '../simulator.ts';
import { appStateRoutes } from './app-state-routes.ts';
import { callRoutes } from './call-routes.ts';
import { chatRoutes } from './chat-routes.ts';
import { trustRoutes } from './trust-routes.ts';
import { ControlError } from './control-error.ts';
import { historyRoutes } from './history-routes.ts';
import { groupRoutes } from './group-routes.ts';
import { lidRoutes } from './lid-routes.ts';
import { mediaRoutes } from './media-routes.ts';
import { noticeRoutes } from './notice-routes.ts';
import { passkeyRoutes } from './passkey-routes.ts';
import { phoneRoutes } from './phone-routes.ts';
import { readJsonBody } from './request-body.ts';
import { privacyRoutes } from './privacy-routes.ts';
import { profileRoutes } from './profile-routes.ts';
import type { Route } from './route.ts';
import { serverRoutes } from './server-routes.ts';

const ROUTES: readonly { route: Route; pattern: RegExp }[] = [
  ...phoneRoutes,
  ...callRoutes,
  ...historyRoutes,
  ...chatRoutes,
  ...profileRoutes,
  ...privacyRoutes,
  ...groupRoutes,
  ...lidRoutes,
  ...appStateRoutes,
  ...trustRoutes,
  ...passkeyRoutes,
  ...mediaRoutes,
  ...noticeRoutes,
  ...serverRoutes,
].map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replace(':number', '([^/]+)')}$`),
}));

/** Starts the HTTP and JSON interface of a simulator. Rejects with the error of `listen` when the port is taken. */
export function startControlServer(simulator: Simulator, at: { port: number; host: string }): Promise<ControlServer> {
  const server = createServer((request, response) => void answer(simulator, request, response));
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve({ url: `http://${at.host}:${(server.address() as AddressInfo).port}`, close });
    });
  });
}

async function answer(simulator: Simulator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'http://simulator');
    const { route, number } = findRoute(request.method ?? 'GET', url.pathname);
    const body = await readJsonBody(request, route.maxBodyBytes);
    write(response, 200, await route.handle({ simulator, number, body, query: url.searchParams }));
  } catch (error) {
    const { status, reason, message } = describe(error);
    write(response, status, { error: message, reason });
  }
}

function findRoute(method: string, path: string): { route: Route; number: string } {
  const here = ROUTES.filter(({ pattern }) => pattern.test(path));
  if (here.length === 0) throw new ControlError(404, 'unknown_path', `There is no route for ${path}.`);
  const found = here.find(({ route }) => route.method === method);
  if (!found) throw new ControlError(405, 'wrong_method', `${path} does not support ${method}.`);
  return { route: found.route, number: found.pattern.exec(path)?.[1] ?? '' };
}

/** Maps an error to an HTTP answer: every mistake of the caller has its own class; the rest are internal errors. */
function describe(error: unknown): { status: number; reason: string; message: string } {
  if (error instanceof ControlError || error instanceof PairingError) {
    return { status: error.status, reason: error.reason, message: error.message };
  }
  if (error instanceof FaultError) return { status: 400, reason: 'bad_fault', message: error.message };
  if (error instanceof RangeError) return { status: 400, reason: 'bad_request', message: error.message };
  return { status: 500, reason: 'internal', message: error instanceof Error ? error.message : String(error) };
}

function write(response: ServerResponse, status: number, body: unknown): void {
  const json = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    connection: status === 413 ? 'close' : 'keep-alive',
  });
  response.end(json);
}
