import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Clock } from '../../../../../src/kit/clock.ts';
import { systemClock } from '../../../../../src/kit/clock.ts';
import type { Secret } from '../../../../../src/kit/secret.ts';
import { LASTING_LEASE, type Lease, type NodeDescription } from '../../../../../src/ports/ownership.ts';
import { connectionConfig } from '../../../../../src/storage/postgres/connect.ts';
import { type ClusterStorage, openPostgres } from '../../../../../src/storage/postgres/open.ts';
import { MASTER_KEY } from '../../../../contracts/storage/implementations.ts';

/** A node as it describes itself. */
export function described(nodeId: string): NodeDescription {
  const url = `http://${nodeId}:3001`;
  return { nodeId, incarnation: randomUUID(), url, version: '1.0.0', capacity: 100 };
}

/** A node's storage, and how the node describes itself. */
export interface TestNode extends AsyncDisposable {
  node: NodeDescription;
  storage: ClusterStorage;
}

/** Opens the storage of a node that has joined its cluster. */
export async function joined(
  url: string,
  node: NodeDescription | string,
  options: { clock?: Clock; network?: Clock; lease?: Lease; newMasterKey?: Secret | null } = {},
): Promise<TestNode> {
  const { clock = systemClock, network = systemClock, lease = LASTING_LEASE, newMasterKey = null } = options;
  const run = typeof node === 'string' ? described(node) : node;
  const keys = { masterKey: MASTER_KEY, newMasterKey };
  const storage = await openPostgres(url, { clock, network, ...keys, node: { run, lease } });
  await storage.membership.join(run);
  return { node: run, storage, [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose]() };
}

/** By URL: to make a connection costs the server more than most statements. */
const beside = new Map<string, pg.Pool>();

/** Runs SQL beside the nodes. */
export async function execute(url: string, statement: string, values: unknown[] = []): Promise<pg.QueryResult['rows']> {
  let pool = beside.get(url);
  if (!pool) {
    pool = new pg.Pool({ ...connectionConfig(url, { name: 'test' }), allowExitOnIdle: true });
    // Of a connection that nobody uses: the test has ended the server.
    pool.on('error', () => undefined);
    beside.set(url, pool);
  }
  return (await pool.query(statement, values)).rows;
}

/** A connection beside the nodes, under a name. */
export async function connected(url: string, name = 'test'): Promise<pg.Client> {
  const client = new pg.Client(connectionConfig(url, { name }));
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
