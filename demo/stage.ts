import { randomBytes } from 'node:crypto';

import type { Phone } from '../simulator/phones/phone.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { startSimulator } from '../simulator/start-simulator.ts';
import { Backend } from './backend.ts';
import type { Closers } from './closers.ts';
import { freePort, HOST } from './listen.ts';
import { Nodes } from './nodes.ts';
import { OrchestratorApi } from './orchestrator-api.ts';
import { OrchestratorProcess } from './orchestrator-process.ts';
import { makeKeys, orchestratorSettings } from './orchestrator-settings.ts';
import { givePast, REGULAR, SUPPLIER } from './past.ts';
import { CUSTOMER, SHOP } from './people.ts';
import { startPostgres } from './postgres.ts';
import { makeFolder } from './temporary-folder.ts';

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
  readonly orchestrator: Nodes;
}

/**
 * Builds the stage without starting the orchestrator, with one process or with several nodes. Everything it opens is added to
 * `closers`, even when it rejects.
 */
export async function buildStage(closers: Closers, nodes = 1): Promise<Stage> {
  const folder = await makeFolder(closers);
  const simulator = await startSimulator();
  closers.push(() => simulator[Symbol.asyncDispose]());
  const keys = makeKeys();
  const backend = new Backend({ apiKey: keys.backend, signing: keys.signing });
  await backend.start();
  closers.push(() => backend.stop());
  const env = orchestratorSettings(simulator, keys, { BACKEND_BASE_URL: backend.url });
  const common = nodes === 1 ? env : { ...env, ...(await clusterSettings(closers)) };
  const { api, orchestrator } = await makeNodes(nodes, { env: common, folder, key: keys.api });
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

/** The processes, which share everything but their port and, if they are several, their name. */
async function makeNodes(
  count: number,
  { env, folder, key }: { env: Record<string, string>; folder: string; key: string },
): Promise<Pick<Stage, 'api' | 'orchestrator'>> {
  const processes = new Map<string, OrchestratorProcess>();
  const urls: string[] = [];
  for (let number = 1; number <= count; number += 1) {
    const [name, port] = [`node-${number}`, await freePort()];
    const url = `http://${HOST}:${port}`;
    const own = { PORT: String(port), ...(count > 1 && { CLUSTER_NODE_ID: name }) };
    urls.push(url);
    processes.set(
      name,
      new OrchestratorProcess({ api: new OrchestratorApi([url], key), env: { ...env, ...own }, folder }),
    );
  }
  return { api: new OrchestratorApi(urls, key), orchestrator: new Nodes(processes) };
}

/** What makes nodes of processes: a database, and trust. Who is killed is missed soon, so that it can be watched. */
async function clusterSettings(closers: Closers): Promise<Record<string, string>> {
  return {
    DATABASE_URL: await startPostgres(closers),
    CLUSTER_SECRET: randomBytes(24).toString('hex'),
    CLUSTER_PORT: '0',
    CLUSTER_LEASE: '3',
  };
}
