import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { BrowserTokenStore } from '../../../ports/browser-tokens.ts';
import type { Lease, Membership, NodeRun, NumberLock, Ownership } from '../../../ports/ownership.ts';
import type { Database } from '../database.ts';
import type { PostgresVault, WrappedKey } from '../encryption/vault.ts';
import { sql } from '../sql.ts';
import { PostgresBrowserTokens } from './browser-tokens.ts';
import { Control } from './control.ts';
import type { Fence } from './fence.ts';
import { type Holding, holdingOf } from './holding.ts';
import { ClusterLocks } from './locks.ts';
import { PostgresMembership } from './membership.ts';
import { Notifications } from './notifications.ts';
import { PostgresOwnership } from './ownership.ts';

/** One of several nodes, as it opens the storage. */
export interface ClusterNode {
  run: NodeRun;
  /** Nothing of a session is written without it. */
  lease: Lease;
}

/** What the storage of one of several nodes has in addition. */
export interface ClusterPorts {
  readonly membership: Membership;
  readonly ownership: Ownership;
  readonly numberLock: NumberLock;
  readonly browserTokens: BrowserTokenStore;
}

/** What the storage itself uses of it. */
export interface OpenedCluster extends ClusterPorts, AsyncDisposable {
  readonly holding: Holding;
  readonly locks: ClusterLocks;
}

/** The dependencies of {@link openCluster}. */
export interface ClusterDeps {
  fence: Fence;
  url: string;
  /** The database, for messages. */
  name: string;
  clock: Clock;
  vault: PostgresVault;
  db: Database;
}

/** A beat waits for nothing but the one before it. */
const BEATING = 1;
const OWNING = 2;

/** Opens the connections of a node on which the nodes agree who owns what. */
export async function openCluster(deps: ClusterDeps): Promise<OpenedCluster> {
  const { url, name, fence, clock, vault, db } = deps;
  const { run } = fence;
  const beats = new Control(url, run, BEATING);
  const control = new Control(url, run, OWNING);
  const notifications = new Notifications({ url, run, clock });
  const load = async (sessionIds: readonly SessionId[]): Promise<void> => {
    if (sessionIds.length === 0) return;
    const keys = await control.rows<WrappedKey>(
      sql`SELECT session_id AS owner, wrapped, wrapped_by AS by FROM data_keys WHERE session_id = ANY(${sessionIds})`,
    );
    vault.adopt(sessionIds, keys);
  };
  const ownership = new PostgresOwnership({ control, fence, notifications, load, flush: () => db.flush() });
  const locks = new ClusterLocks(url, run);
  await notifications.start();
  return {
    membership: new PostgresMembership({ control: beats, run, vault, database: name }),
    browserTokens: new PostgresBrowserTokens(db, { run, control, clock, vault }),
    ...{ ownership, locks, numberLock: locks, holding: holdingOf(fence, ownership) },
    [Symbol.asyncDispose]: async () => {
      await notifications[Symbol.asyncDispose]();
      await locks[Symbol.asyncDispose]();
      await beats[Symbol.asyncDispose]();
      await control[Symbol.asyncDispose]();
    },
  };
}
