import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Phone } from '../simulator/phones/phone.ts';
import { type Simulator } from '../simulator/simulator.ts';
import { startSimulator } from '../simulator/start-simulator.ts';
import { Backend } from './backend.ts';
import { type Closers } from './closers.ts';
import { close, HOST, listen } from './listen.ts';
import { OrchestratorApi } from './orchestrator-api.ts';
import { OrchestratorProcess } from './orchestrator-process.ts';
import { givePast, REGULAR, SUPPLIER } from './past.ts';
import { CUSTOMER, SHOP } from './people.ts';

/** Everything in the demo: a simulated WhatsApp with phones, the orchestrator as a process, and a backend. */
export interface Stage {
  readonly simulator: Simulator;
  /** The phone of the account that is linked. */
  readonly shop: Phone;
  /** The phone of a customer. */
  readonly customer: Phone;
  /** The phone of somebody who wrote to the shop before. */
  readonly regular: Phone;
  /** The phone of a contact of the shop, who is written to by LID only. */
  readonly supplier: Phone;
  readonly backend: Backend;
  readonly api: OrchestratorApi;
  readonly orchestrator: OrchestratorProcess;
}

interface Keys {
  /** `API_KEY`: authenticates calls to the orchestrator. */
  readonly api: string;
  /** `PRODUCTION_API_KEY`: authenticates the orchestrator to the backend. */
  readonly backend: string;
  /** `CALLBACK_SECRET`: signs callbacks. */
  readonly signing: string;
}

/** Builds the stage without starting the orchestrator. Everything it opens is added to `closers`, even when it rejects. */
export async function buildStage(closers: Closers): Promise<Stage> {
  const folder = await makeFolder(closers);
  const simulator = await startSimulator();
  closers.push(() => simulator[Symbol.asyncDispose]());
  const keys = makeKeys();
  const backend = new Backend({ apiKey: keys.backend, signing: keys.signing });
  await backend.start();
  closers.push(() => backend.stop());
  const port = await freePort();
  const api = new OrchestratorApi(`http://${HOST}:${port}`, keys.api);
  const env = settings(simulator, keys, { PORT: String(port), BACKEND_BASE_URL: backend.url });
  const orchestrator = new OrchestratorProcess({ api, env, folder });
  closers.push(() => orchestrator.stop());
  process.once('exit', () => orchestrator.killNow());
  const phoneOf = ({ number, name }: typeof SHOP): Phone => simulator.phone(number, name);
  const phones = {
    shop: phoneOf(SHOP),
    customer: phoneOf(CUSTOMER),
    regular: phoneOf(REGULAR),
    supplier: phoneOf(SUPPLIER),
  };
  await givePast(phones);
  return { simulator, ...phones, backend, api, orchestrator };
}

/** The complete environment of the orchestrator; the user's own settings do not leak in. */
function settings(simulator: Simulator, keys: Keys, addresses: Record<string, string>): Record<string, string> {
  return {
    ...hostEnvironment(),
    ...addresses,
    NODE_ENV: 'development',
    HOST,
    LOG_FORMAT: 'json',
    AUTH_DIR: './auth_sessions',
    DOWNLOADS_DIR: './downloads',
    DOWNLOAD_MEDIA: 'true',
    API_KEY: keys.api,
    PRODUCTION_API_KEY: keys.backend,
    CALLBACK_SECRET: keys.signing,
    WHATSAPP_WS_URL: simulator.wsUrl,
    WHATSAPP_ROOT_KEY: simulator.rootKey,
    WHATSAPP_MEDIA_HOST: simulator.mediaHost,
  };
}

/** The variables that any program needs to run. */
function hostEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'SystemRoot', 'TEMP'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function makeKeys(): Keys {
  const key = (): string => randomBytes(24).toString('hex');
  return { api: key(), backend: key(), signing: `whsec_${randomBytes(32).toString('base64')}` };
}

/** Creates a temporary folder that is removed at the end, even when the process exits early. */
async function makeFolder(closers: Closers): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'whatsapp-orchestrator-demo-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  closers.push(remove);
  process.once('exit', remove);
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  await close(server);
  return port;
}
