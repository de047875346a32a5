import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type SessionId } from '../domain/session-id.ts';

/** Another node of the cluster. */
export interface RemoteNode {
  nodeId: string;
  /** The base URL of its internal port. */
  url: string;
}

/** The node that runs a session. */
export type Owner = { kind: 'this-node' } | ({ kind: 'other-node' } & RemoteNode);

/** Knows which node runs which session. */
export interface SessionDirectory {
  /**
   * The owner of a session. An id that no node knows belongs to this node, which refuses it as usual.
   * @throws AppError while no node owns the session, and waiting for one took too long
   */
  ownerOf(sessionId: SessionId): Promise<Owner>;
}

/** Hands requests over to the nodes that own their sessions. */
export interface Forwarder {
  /**
   * Sends the request to `node` as it came (method, URL, headers), and streams its body there and the response back.
   * Nothing of the body has been read before. `node` authenticates the caller again. Resolves when the response has ended,
   * or the client has gone. Finding a new owner, when `node` has just handed the session over, is up to the implementation.
   * @throws AppError only while nothing of the response has been sent
   */
  forward(request: IncomingMessage, response: ServerResponse, node: RemoteNode): Promise<void>;
}

/** What this node knows of its cluster. */
export interface Cluster {
  readonly directory: SessionDirectory;
  readonly forwarder: Forwarder;
}
