import pg from 'pg';
import { TestDatabase } from '../../harness/postgres.ts';
import { TcpRelay } from '../../harness/tcp-relay.ts';

/** PostgreSQL as the nodes reach it: each through a relay of its own, at an address that leads to whichever server is the primary. */
export class ClusterDatabase implements AsyncDisposable {
  /** Connections of the test, to the primary. */
  readonly pool: pg.Pool;
  readonly #relays: ReadonlyMap<string, TcpRelay>;
  #primary: TestDatabase;

  private constructor(primary: TestDatabase, relays: ReadonlyMap<string, TcpRelay>) {
    this.#primary = primary;
    this.#relays = relays;
    this.pool = new pg.Pool({ connectionString: this.urlFor(TEST), allowExitOnIdle: true });
    // Idle connections report an error when the server ends.
    this.pool.on('error', () => undefined);
  }

  /** Without nodes, everybody reaches it directly. */
  static async start(nodeIds: readonly string[]): Promise<ClusterDatabase> {
    const primary = await TestDatabase.start();
    const names = nodeIds.length > 0 ? [...nodeIds, TEST] : [];
    const entries = names.map(async (name) => [name, await TcpRelay.start(primary.port)] as const);
    return new ClusterDatabase(primary, new Map(await Promise.all(entries)));
  }

  /** The server that is the primary. */
  get primary(): TestDatabase {
    return this.#primary;
  }

  /** The relay between a node and the database. */
  relayOf(nodeId: string): TcpRelay {
    const relay = this.#relays.get(nodeId);
    if (!relay) throw new Error(`Node ${nodeId} has no relay`);
    return relay;
  }

  /** `postgres://…`, for this node. */
  urlFor(nodeId: string): string {
    const url = new URL(this.#primary.url);
    const relay = this.#relays.get(nodeId);
    if (relay) url.port = String(relay.port);
    return url.href;
  }

  /** From now on these nodes reach another server; what they had open is cut. */
  leadTo({ port }: TestDatabase, nodeIds: readonly string[] = [...this.#relays.keys()]): void {
    for (const nodeId of nodeIds) {
      const relay = this.relayOf(nodeId);
      relay.pointAt(port);
      relay.cut();
    }
  }

  /** The standby is the primary now. Returns the old one, which the caller disposes. */
  replaceBy(standby: TestDatabase): TestDatabase {
    const old = this.#primary;
    this.#primary = standby;
    return old;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.end();
    for (const relay of this.#relays.values()) await relay[Symbol.asyncDispose]();
    await this.#primary[Symbol.asyncDispose]();
  }
}

/** The name of the test among the nodes. */
const TEST = 'test';
