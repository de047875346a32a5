import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SessionId } from '../domain/session-id.ts';

/** Another node of the cluster. */
export interface RemoteNode {
  nodeId: string;
  /** The base URL of its internal port. */
  url: string;
}

/** A node as the owner of a session. */
export interface OwningNode extends RemoteNode {
  /** The id of this run of it. */
  incarnation: string;
}

/** The node that runs a session. */
export type Owner = { kind: 'this-node' } | ({ kind: 'other-node' } & OwningNode);

/** Knows which node runs which session. */
export interface SessionDirectory {
  /**
   * The owner of a session. An id that no node knows belongs to this node, which refuses it as usual. `waitMs` is how long to
   * wait for an owner where there is none, or none but `except`, which cannot be reached.
   * @throws AppError `session_moving` while no node owns the session, and waiting for one took too long
   */
  ownerOf(sessionId: SessionId, waitMs?: number, except?: OwningNode): Promise<Owner>;
  /** Whether this node owns the session. Never waits, and asks nobody. */
  owns(sessionId: SessionId): boolean;
  /** Whether another node owned it when it was last looked up, a moment ago. Never waits, and asks nobody. */
  isElsewhere(sessionId: SessionId): boolean;
}

/** What to forward besides the request itself. */
export interface Forwarding {
  sessionId: SessionId;
  /** The owner, as the directory knows it. */
  owner: OwningNode;
  /** The body, where it has been read already to find the session; otherwise nothing of it has been. */
  json?: unknown;
  /** How long to wait for the next owner, if this one has just handed the session over, or cannot be reached. */
  waitMs?: number;
}

/** Hands requests over to the nodes that own their sessions. */
export interface Forwarder {
  /**
   * Sends the request to the owner as it came (method, URL, headers), and streams its body there and the response back. The owner
   * authenticates the caller again. When it has just handed the session over, or cannot be reached, the request goes to the next
   * owner. Resolves with
   * `answered` when the response has ended, or the client has gone; with `this-node` when the session has come here meanwhile:
   * then nothing of the body has been read, and nothing has been answered.
   * @throws AppError only while nothing of the response has been sent: `session_moving` if nothing was done,
   *   `owner_unreachable` if that is unknown
   */
  forward(request: IncomingMessage, response: ServerResponse, what: Forwarding): Promise<'answered' | 'this-node'>;
}

/** A request that another node has forwarded, or made itself. It has proven who it is. */
export interface Hop {
  /**
   * Lets the other node send the rest. Resolves with `true` when it does: from here on, the request is this node's; with `false`
   * if the other node has given it up, and has told its caller that nothing was done.
   */
  agree(): Promise<boolean>;
}

/** Hears what other nodes tell of their sessions. */
export interface PeerListener {
  /** Nothing is heard of a living node: its stream is not open yet, or not any more. It begins anew, as soon as it can. */
  silent(nodeId: string): void;
  /** What a node says: JSON, whatever it is. What this throws ends the stream. */
  heard(nodeId: string, item: unknown): void;
  /** A node is no longer among the living. */
  gone(nodeId: string): void;
}

/** The streams of all other living nodes. */
export interface PeerStreams {
  /** Opens them, until the returned function is called. */
  follow(listener: PeerListener): () => void;
}

/** What this node knows of its cluster. */
export interface Cluster {
  readonly directory: SessionDirectory;
  readonly forwarder: Forwarder;
  /** Set for requests of other nodes. They are never forwarded again. */
  readonly hopOf: (request: IncomingMessage) => Hop | undefined;
  /** What other nodes tell of their sessions; missing where there are none. */
  readonly peers?: PeerStreams;
}
