import type { PhoneNumber } from '../domain/address.ts';
import type { SessionId } from '../domain/session-id.ts';

/** One run of a node: its name, such as a pod's, and a random id for each start. */
export interface NodeRun {
  nodeId: string;
  /** A UUID. */
  incarnation: string;
}

/** A node as it describes itself when it starts. */
export interface NodeDescription extends NodeRun {
  /** The base URL of its internal port. */
  url: string;
  /** The version of the orchestrator. */
  version: string;
  /** How many sessions it is made for: the fair shares of the nodes are in proportion. */
  capacity: number;
}

/** How much a node has to do. */
export interface NodeLoad {
  owned: number;
  /** Of them, how many are connected to WhatsApp. */
  online: number;
}

/** A node that nobody has buried. */
export interface LivingNode extends NodeDescription {
  /** Grows with each beat. */
  beat: number;
  load: NodeLoad;
  /** It hands over what it has, and takes nothing. */
  isDraining: boolean;
}

/** Each number grows with each change, on whichever node: whoever keeps a copy reads anew. */
export interface ClusterVersions {
  keys: number;
  settings: number;
}

/** The nodes of the cluster, of which this is one. */
export interface Membership {
  /** Buries older runs of the same node, and adds this one. */
  join(node: NodeDescription): Promise<void>;
  /** Shows the others that this node lives. Resolves with `undefined` when they have buried it: it must end. */
  beat(load: NodeLoad): Promise<ClusterVersions | undefined>;
  /** All nodes that nobody has buried, also this one. */
  living(): Promise<LivingNode[]>;
  /**
   * Declares a node dead whose last known beat is this one, and ends its connections to the database. Returns `false` when it
   * has beaten since.
   */
  bury(node: NodeRun, beat: number): Promise<boolean>;
  /** From now on this node takes nothing. */
  drain(): Promise<void>;
  /** This node is gone: nobody waits for its lease. */
  leave(): Promise<void>;
}

/** The node that a session belongs to. */
export interface OwnershipEntry {
  /** `null` while nobody owns it, or its owner is dead. */
  owner: (NodeRun & { url: string }) | null;
}

/** The counts of all nodes. */
export interface OwnershipCounts {
  /** All sessions, and deleted ones that still have callbacks. */
  all: number;
  /** Those that no living node owns. */
  unowned: number;
}

/**
 * Which node owns which session: a deleted one too, as long as it has callbacks to deliver. What the storage writes of a session
 * is fenced: it is refused with {@link SessionLostError} unless this node owns the session.
 */
export interface Ownership {
  /** The sessions that this node owns, as far as it knows. Also those that it created itself. */
  readonly owned: ReadonlySet<SessionId>;
  /** Calls `listener` with sessions whose fence refused a write: this node owns them no more. */
  onLost(listener: (sessionIds: readonly SessionId[]) => void): void;
  /** Others have buried this node: from now on it owns nothing, and nothing of a session is written here. */
  end(): void;
  /** Calls `listener` when another node may have released something for this one, or asks for something: a hint, to look at once. */
  onChange(listener: () => void): void;
  /**
   * Takes over at most `released` sessions that were released for this node (all by default), and at most `limit` other sessions that nobody owns, or whose owner is dead: not
   * those that were released for another living node within the last seconds. Returns them.
   */
  claim(limit: number, released?: number): Promise<SessionId[]>;
  /** For each node that takes sessions (its `nodeId`), how many that were released for it it has not taken yet. */
  untaken(): Promise<Map<string, number>>;
  /**
   * Takes this session, if nobody owns it; it need not exist (any more). Returns whether this node owns it now. While another one
   * does, asks it to hand the session over.
   */
  take(sessionId: SessionId): Promise<boolean>;
  /** The sessions of this node that others have asked for, and which node it is (its `nodeId`). */
  asked(): Promise<Map<SessionId, string>>;
  /** Gives sessions away, for a certain node if one is named. From now on nothing of them is written here. */
  release(sessionIds: readonly SessionId[], successor: string | null): Promise<void>;
  /** `undefined` for a session that does not exist and has no callbacks. */
  ownerOf(sessionId: SessionId): Promise<OwnershipEntry | undefined>;
  counts(): Promise<OwnershipCounts>;
}

/** Keeps two nodes from announcing the same number at once. */
export interface NumberLock {
  /**
   * Runs `work` while no other node runs such work for the same number. The lock ends with the node, or with its connection to the
   * database.
   */
  holding<Result>(number: PhoneNumber, work: () => Promise<Result>): Promise<Result>;
}

/** Whether this node can act for its sessions: long before others may take them over, it ends. */
export interface Lease {
  readonly isHeld: boolean;
}

/** A lease without end, of a process that shares its sessions with nobody. */
export const LASTING_LEASE: Lease = { isHeld: true };

/** What runs sessions, as the cluster calls it: they come and go. */
export interface SessionHost {
  /** Starts what is stored of these sessions: connections, webhooks, downloads. Those that run already stay as they are. */
  adopt(sessionIds: readonly SessionId[]): Promise<void>;
  /** How many more sessions can begin to log in soon. Resolves when there is room for one, or with 0 after `limitMs`. */
  room(limitMs: number): Promise<number>;
  /** Ends everything of a session in order, so that another node can go on. Resolves when nothing more will be written. */
  handOver(sessionId: SessionId): Promise<void>;
  /** Ends everything of these sessions at once: another node has them. */
  lose(sessionIds: readonly SessionId[]): void;
  /** Closes all connections to WhatsApp and posts nothing more, until {@link resume}; the lease is over for now. */
  pause(): void;
  resume(): void;
  /** How much there is to do. */
  load(): NodeLoad;
  /** Sessions that have been quiet for a while come first: moving them disturbs nobody. */
  quietest(limit: number): SessionId[];
}

/** What the core asks of the cluster when a number is linked. */
export interface Placement {
  /** Runs `work` while no other node runs such work for the same number, and in turn on this one. */
  announcing<Result>(number: PhoneNumber, work: () => Promise<Result>): Promise<Result>;
  /** Brings a session to this node, whether it exists (any more) or not. Resolves when it runs here. */
  bring(sessionId: SessionId): Promise<void>;
  /** The id of the session that an id stands for which this node does not know: another one may have linked its account again. */
  resolve(sessionId: SessionId): Promise<SessionId>;
}
