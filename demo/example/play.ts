import { createServer } from 'node:http';
import { styleText } from 'node:util';

import { type Backend, startBackend } from '../../examples/backend/backend.ts';
import type { Phone } from '../../simulator/phones/phone.ts';
import { startSimulator } from '../../simulator/start-simulator.ts';
import type { Closers } from '../closers.ts';
import { close, freePort, HOST, listen } from '../listen.ts';
import { OrchestratorApi } from '../orchestrator-api.ts';
import { OrchestratorProcess } from '../orchestrator-process.ts';
import { makeKeys, orchestratorSettings } from '../orchestrator-settings.ts';
import { CUSTOMER, type Person, SHOP } from '../people.ts';
import { startPostgres } from '../postgres.ts';
import { print } from '../print.ts';
import { makeFolder } from '../temporary-folder.ts';
import { phoneRoutes } from './phone-routes.ts';

const DEFAULT_PORT = 8000;
const AUTO_REPLY = 'Gracias por escribirnos. Te respondemos enseguida.';

/**
 * Starts the example backend with everything that it needs, prints the URL of its page, and plays until the process ends. Everything
 * that it opens is added to `closers`.
 * @param wanted the port of the page; by default 8000, or a free one when that is taken
 * @throws Error when the wanted port is taken
 */
export async function playExample(closers: Closers, wanted: number | undefined): Promise<never> {
  const port = await portFor(wanted);
  print('Starting a simulated WhatsApp, PostgreSQL, the orchestrator and the example backend …');
  const { url } = await start(closers, port);
  print(`\n  Example backend:  ${styleText('bold', url)}\n`);
  print('  Open it in a browser, press "Connect a new account", and then "Scan the QR" below it.');
  print('  Press Ctrl-C to stop everything.\n');
  return new Promise(() => undefined);
}

async function start(closers: Closers, port: number): Promise<Backend> {
  const folder = await makeFolder(closers);
  const simulator = await startSimulator();
  closers.push(() => simulator[Symbol.asyncDispose]());
  const databaseUrl = await startPostgres(closers);
  const keys = makeKeys();
  const orchestratorPort = await freePort();
  const orchestratorUrl = `http://${HOST}:${orchestratorPort}`;
  const api = new OrchestratorApi([orchestratorUrl], keys.api);
  const addresses = { PORT: String(orchestratorPort), BACKEND_BASE_URL: `http://${HOST}:${port}` };
  const orchestrator = new OrchestratorProcess({
    api,
    env: orchestratorSettings(simulator, keys, addresses),
    folder,
  });
  closers.push(() => orchestrator.stop());
  process.once('exit', () => orchestrator.killNow());
  await orchestrator.start();
  const phoneOf = ({ number, name }: Person): Phone => simulator.phone(number, name);
  const backend = await startBackend(
    {
      port,
      host: HOST,
      databaseUrl,
      orchestratorUrl,
      orchestratorPublicUrl: orchestratorUrl,
      orchestratorApiKey: keys.api,
      callbackSecret: keys.signing,
      callbackApiKey: keys.backend,
      autoReply: AUTO_REPLY,
    },
    phoneRoutes({ api, simulator, shop: phoneOf(SHOP), customer: phoneOf(CUSTOMER) }),
  );
  closers.push(async () => backend[Symbol.asyncDispose]());
  return backend;
}

/** A port that nothing listens on: the wanted one, or the usual one, or any. */
async function portFor(wanted: number | undefined): Promise<number> {
  const port = wanted ?? DEFAULT_PORT;
  const probe = createServer();
  try {
    return await listen(probe, port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (wanted !== undefined)
      throw new Error(`Port ${port} is in use: choose another one with --port.`, { cause: error });
    print(`Port ${port} is in use; using a free port instead.`);
    return await freePort();
  } finally {
    await close(probe);
  }
}
