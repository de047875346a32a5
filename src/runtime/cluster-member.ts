import { randomUUID } from 'node:crypto';
import { ClusterNode } from '../cluster/cluster-node.ts';
import { CountedForwarder } from '../cluster/counted-forwarder.ts';
import { localPlacement, singleNode } from '../cluster/local.ts';
import { LocalLease } from '../cluster/lease.ts';
import { LivingPeers } from '../cluster/living-peers.ts';
import { ClusterPlacement } from '../cluster/placement.ts';
import type { ClusterSettings } from '../config/cluster-settings.ts';
import type { Config } from '../config/config.ts';
import type { ClusterStorage } from '../storage/postgres/open.ts';
import type { Storage } from '../ports/storage.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { Cluster, Forwarder } from '../ports/cluster.ts';
import type { ClusterMetrics, Metrics } from '../ports/metrics.ts';
import { LASTING_LEASE, type Lease, type Placement, type SessionHost } from '../ports/ownership.ts';
import { VERSION } from '../version.ts';
import { ClusterNetwork } from './cluster-network.ts';
import { openAsNode, openConfigured, type OpenStorageOptions } from './open-storage.ts';

/** How long the internal port waits for responses in flight: longer than a send takes. */
const DRAIN_MS = 14_000;

/** What a member of a cluster is started with. */
export interface MemberOptions extends OpenStorageOptions {
  /** The base URL of its internal port. */
  url: string;
  /** The others have buried this node: the process must end, and start anew. */
  onBuried: () => void;
  metrics?: ClusterMetrics | undefined;
}

/** What {@link openAndJoin} is given besides the settings. */
export interface OpenOptions extends Pick<MemberOptions, 'clock' | 'log' | 'onBuried'> {
  /** `cluster` counts what a node does; a process on its own has none. */
  metrics: Pick<Metrics, 'committed'> & { readonly cluster: ClusterMetrics | null };
}

/** The storage, and this process as a node of its cluster, if it is one. */
export interface OpenedStorage extends AsyncDisposable {
  storage: Storage;
  member: (Member & { network: ClusterNetwork }) | null;
}

/** Opens the storage: alone or, with `CLUSTER_NODE_ID`, as a node that has joined the others. @throws as `openConfigured` */
export async function openAndJoin(config: Config, deps: OpenOptions): Promise<OpenedStorage> {
  const { cluster } = config;
  const { metrics, ...others } = deps;
  const onCommit = (ms: number, writes?: number) => metrics.committed(ms, writes);
  const options = { ...others, onCommit, metrics: metrics.cluster ?? undefined };
  if (!cluster) {
    const storage = await openConfigured(config, options);
    return { storage, member: null, [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose]() };
  }
  const { clock } = options;
  const log = options.log.child({ part: 'cluster' });
  const network = await ClusterNetwork.listen({ settings: cluster, clock, log, drainMs: DRAIN_MS });
  try {
    const joined = await joinCluster(config, cluster, { ...options, url: network.url });
    const { membership } = joined.storage;
    network.meet(new LivingPeers({ known: () => joined.node.living, look: () => membership.living() }));
    return {
      storage: joined.storage,
      member: { ...joined, network },
      [Symbol.asyncDispose]: joined[Symbol.asyncDispose],
    };
  } catch (error) {
    await network[Symbol.asyncDispose]();
    throw error;
  }
}

/** What the other parts of the process ask of the cluster; alone, it is a cluster of one. */
export interface ClusterView {
  /** Whether other nodes run some of the stored sessions. */
  isShared: boolean;
  lease: Lease;
  placement: Placement;
  cluster: Cluster;
  /** Whether requests may come here. */
  mayServe: () => boolean;
}

/** The cluster as the other parts see it; `host` runs the sessions of this process, and is made after them. */
export function viewOf({ member }: OpenedStorage, host: () => SessionHost): ClusterView {
  if (!member) {
    const placement = localPlacement();
    return { isShared: false, lease: LASTING_LEASE, placement, cluster: singleNode, mayServe: () => true };
  }
  const { lease, node, network, storage } = member;
  const shared = network.cluster(storage.ownership, node);
  const cluster = { ...shared, forwarder: member.counted(shared.forwarder) };
  return { isShared: true, lease, placement: member.placement(host), cluster, mayServe: () => node.isReady };
}

/** This process as one of several nodes. Disposing it leaves the cluster and closes the storage: all sessions must have ended. */
export interface Member extends AsyncDisposable {
  storage: ClusterStorage;
  node: ClusterNode;
  lease: Lease;
  /** How the sessions of one number are brought together; `host` runs those of this node. */
  placement: (host: () => SessionHost) => Placement;
  /** A forwarder whose requests are counted. */
  counted: (forwarder: Forwarder) => Forwarder;
}

/**
 * Opens the storage as one of several nodes, and joins the others. It takes no session before `node.run`.
 * @throws as `openConfigured`
 */
export async function joinCluster(config: Config, cluster: ClusterSettings, options: MemberOptions): Promise<Member> {
  const { url, onBuried, metrics, ...deps } = options;
  const { clock } = deps;
  const { nodeId, capacity } = cluster;
  const run = { nodeId, incarnation: randomUUID() };
  const lease = new LocalLease(cluster.leaseMs, clock);
  const storage = await openAsNode(config, deps, { run, lease });
  const { membership, ownership } = storage;
  const log = deps.log.child({ part: 'cluster' });
  const node = new ClusterNode({ membership, ownership, lease, settings: cluster, clock, log, onBuried, metrics });
  const dispose = async (): Promise<void> => {
    await node[Symbol.asyncDispose]();
    await storage[Symbol.asyncDispose]();
  };
  try {
    await node.join({ ...run, url, version: VERSION, capacity });
  } catch (error) {
    await dispose();
    throw error;
  }
  const { accountIds, numberLock: lock } = storage;
  const aliasOf = (id: SessionId) => accountIds.aliasOf(id);
  const isMoving = (id: SessionId) => node.isMoving(id);
  const placement = (host: () => SessionHost) =>
    new ClusterPlacement({ ownership, host, isMoving, lock, aliasOf, clock, metrics });
  const counted = (forwarder: Forwarder) => (metrics ? new CountedForwarder(forwarder, metrics) : forwarder);
  return { storage, node, lease, placement, counted, [Symbol.asyncDispose]: dispose };
}
