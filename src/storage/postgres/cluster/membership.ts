import type {
  ClusterVersions,
  LivingNode,
  Membership,
  NodeDescription,
  NodeLoad,
  NodeRun,
} from '../../../ports/ownership.ts';
import { COMMON } from '../../shared/encryption/cell-address.ts';
import { StorageKeyError } from '../../shared/errors.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { fragment, type Fragment, sql } from '../sql.ts';
import type { Control } from './control.ts';
import { connectionName } from './node-name.ts';

/** A row of `nodes`. */
type Row = Omit<LivingNode, 'load'> & NodeLoad;

/** The dependencies of {@link PostgresMembership}. */
export interface MembershipDeps {
  control: Control;
  run: NodeRun;
  vault: Pick<PostgresVault, 'masterKeys'>;
  /** The database, for messages. */
  database: string;
}

/** The runs of nodes, in the table `nodes`. */
export class PostgresMembership implements Membership {
  readonly #deps: MembershipDeps;
  readonly #control: Control;
  readonly #run: NodeRun;

  constructor(deps: MembershipDeps) {
    this.#deps = deps;
    this.#control = deps.control;
    this.#run = deps.run;
  }

  /**
   * The sessions of a database that one process has used have no owner yet, nor do those that were moved there.
   * @throws StorageKeyError if the master key was changed to one that this process does not know
   */
  async join({ nodeId, incarnation, url, version, capacity }: NodeDescription): Promise<void> {
    const older = await this.#control.rows<NodeRun>(
      sql`UPDATE nodes SET dead = true WHERE node_id = ${nodeId} AND incarnation <> ${incarnation} AND NOT dead AND ${this.#hasSameKey()}
          RETURNING node_id AS "nodeId", incarnation`,
    );
    for (const run of older) await this.#endConnections(run);
    await this.#control.run(
      sql`DELETE FROM nodes WHERE dead AND NOT EXISTS
            (SELECT 1 FROM ownership WHERE owner = node_id AND ownership.incarnation = nodes.incarnation)`,
    );
    const joined = await this.#control.run(
      sql`INSERT INTO nodes (node_id, incarnation, url, version, capacity, master_keys)
          SELECT ${nodeId}, ${incarnation}::uuid, ${url}, ${version}, ${capacity}::integer, ${this.#deps.vault.masterKeys}::text[]
          WHERE ${this.#hasSameKey()}
          ON CONFLICT (node_id, incarnation) DO UPDATE SET url = excluded.url, master_keys = excluded.master_keys`,
    );
    if (joined === 0) throw new StorageKeyError(this.#deps.database, 'was encrypted with another master key');
    await this.#control.run(
      sql`INSERT INTO ownership (session_id)
            SELECT session_id FROM sessions UNION SELECT session_id FROM callbacks WHERE state = 'pending'
          ON CONFLICT DO NOTHING`,
    );
  }

  async beat({ owned, online }: NodeLoad): Promise<ClusterVersions | undefined> {
    const [versions] = await this.#control.rows<ClusterVersions>(
      sql`UPDATE nodes SET beat = beat + 1, owned = ${owned}, online = ${online} FROM cluster
          WHERE ${this.#isMine()} AND NOT dead
          RETURNING keys_version AS keys, settings_version AS settings`,
    );
    return versions;
  }

  async living(): Promise<LivingNode[]> {
    const rows = await this.#control.rows<Row>(
      sql`SELECT node_id AS "nodeId", incarnation, url, version, capacity, beat, owned, online, draining AS "isDraining"
          FROM nodes WHERE NOT dead ORDER BY node_id`,
    );
    return rows.map(({ owned, online, ...node }) => ({ ...node, load: { owned, online } }));
  }

  async bury(node: NodeRun, beat: number): Promise<boolean> {
    const { nodeId, incarnation } = node;
    const buried = await this.#control.run(
      sql`UPDATE nodes SET dead = true
          WHERE node_id = ${nodeId} AND incarnation = ${incarnation} AND beat = ${beat} AND NOT dead`,
    );
    if (buried === 0) return false;
    await this.#endConnections(node);
    return true;
  }

  async drain(): Promise<void> {
    await this.#control.run(sql`UPDATE nodes SET draining = true WHERE ${this.#isMine()}`);
  }

  async leave(): Promise<void> {
    await this.#control.run(sql`UPDATE nodes SET dead = true WHERE ${this.#isMine()}`);
  }

  /** Whether this process knows the master key of the database. Waits for a change of it. */
  #hasSameKey(): Fragment {
    const { masterKeys } = this.#deps.vault;
    if (masterKeys.length === 0) return fragment`NOT EXISTS (SELECT 1 FROM data_keys)`;
    return fragment`EXISTS (SELECT 1 FROM data_keys WHERE session_id = ${COMMON} AND wrapped_by = ANY(${masterKeys}) FOR SHARE)`;
  }

  #isMine() {
    return fragment`node_id = ${this.#run.nodeId} AND incarnation = ${this.#run.incarnation}`;
  }

  /** A frozen process may be in the middle of a transaction, whose locks would keep its sessions. */
  async #endConnections(run: NodeRun): Promise<void> {
    await this.#control.run(
      sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = ${connectionName(run)} AND datname = current_database()`,
    );
  }
}
