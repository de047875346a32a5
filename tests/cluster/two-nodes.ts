import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Phone } from '../../simulator/phones/phone.ts';
import type { Environment } from '../../src/config/environment.ts';
import { connectionConfig } from '../../src/storage/postgres/connect.ts';
import { Orchestrator } from '../harness/orchestrator.ts';
import { newPostgresUrl } from '../harness/shared-postgres.ts';
import { World } from '../harness/world.ts';

/** Nodes of one cluster within the process of the test, with one simulated WhatsApp and one backend. */
export class TwoNodes implements AsyncDisposable {
  readonly world: World;
  readonly #nodes = new Map<string, Orchestrator>();
  readonly #client: pg.Client;

  private constructor(world: World, client: pg.Client) {
    this.world = world;
    this.#client = client;
  }

  /** Starts these nodes. */
  static async start(...nodeIds: string[]): Promise<TwoNodes> {
    const environment = {
      ...{ DATABASE_URL: await newPostgresUrl(), DATABASE_DURABILITY: 'single' },
      ...{ CLUSTER_PORT: '0', CLUSTER_SECRET: 's'.repeat(32) },
    };
    const client = new pg.Client(connectionConfig(environment.DATABASE_URL, { name: 'test' }));
    await client.connect();
    const nodes = new TwoNodes(await World.start({ environment }, { start: false }), client);
    for (const nodeId of nodeIds) await nodes.startNode(nodeId);
    return nodes;
  }

  node(nodeId: string): Orchestrator {
    const node = this.#nodes.get(nodeId);
    if (!node) throw new Error(`Node ${nodeId} does not run`);
    return node;
  }

  /** Starts a node, with settings of its own if there are any. */
  async startNode(nodeId: string, own: Environment = {}): Promise<void> {
    const { environment, clock } = this.world;
    const settings = { ...environment, ...own, CLUSTER_NODE_ID: nodeId };
    this.#nodes.set(nodeId, await Orchestrator.start({ environment: settings, clock }));
  }

  async stopNode(nodeId: string): Promise<void> {
    await this.#nodes.get(nodeId)?.[Symbol.asyncDispose]();
    this.#nodes.delete(nodeId);
  }

  /** Scans the QR of a new session at this node. Returns its id at once. */
  async scan(nodeId: string, phone: Phone): Promise<string> {
    const { body } = await this.node(nodeId).get('/generate-qr');
    await phone.scan(body.qrText as string);
    return body.sessionId as string;
  }

  /** Links an account at this node, and waits until the backend knows it. */
  async link(nodeId: string, phone: Phone): Promise<string> {
    const sessionId = await this.scan(nodeId, phone);
    await this.world.backend.next(
      ({ path, body }) => path.endsWith('new-session-connected') && body.session_id === sessionId,
    );
    return sessionId;
  }

  /** The names of the nodes that own these sessions. */
  async owners(...sessionIds: string[]): Promise<(string | null)[]> {
    const { rows } = await this.#client.query<{ owner: string | null }>(
      'SELECT owner FROM unnest($1::text[]) AS id LEFT JOIN ownership ON session_id = id',
      [sessionIds],
    );
    return rows.map(({ owner }) => owner);
  }

  /** A node that has a session and the lock of a number, and shows itself no more. Nobody may run the session. */
  async haunt(sessionId: string, phoneNumber: string): Promise<void> {
    const [nodeId, incarnation] = ['ghost', randomUUID()];
    await this.#client.query(
      "INSERT INTO nodes (node_id, incarnation, url, version, capacity) VALUES ($1, $2, 'http://ghost', '4.0.0', 1)",
      [nodeId, incarnation],
    );
    await this.#client.query(
      'UPDATE ownership SET owner = $1, incarnation = $2, epoch = epoch + 1 WHERE session_id = $3',
      [nodeId, incarnation, sessionId],
    );
    const { DATABASE_URL = '' } = this.world.environment;
    const ghost = new pg.Client(connectionConfig(DATABASE_URL, { name: `wa:${nodeId}:${incarnation}` }));
    ghost.on('error', () => undefined);
    await ghost.connect();
    await ghost.query(`SELECT pg_advisory_lock(hashtextextended(current_schema() || ' ' || $1, 0))`, [
      `number ${phoneNumber}`,
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#nodes.keys()].map((nodeId) => this.stopNode(nodeId)));
    await this.#client.end();
    await this.world[Symbol.asyncDispose]();
  }
}
