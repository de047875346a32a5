import { Agent as HttpAgent, type ClientRequest, type OutgoingHttpHeaders, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../kit/clock.ts';
import type { RemoteNode } from '../ports/cluster.ts';
import type { Certificates } from './peer-certificates.ts';
import { proofOf, PROOF_HEADER } from './peer-proof.ts';
import { identityCheck, type PeerTrust } from './peer-trust.ts';

/** How many connections to each node are kept while they are idle. */
export const KEPT_CONNECTIONS = 16;
/** Shorter than the other node keeps them, so that it is this node that closes them. */
const IDLE_MS = 30_000;

/** A request to another node. */
export interface PeerRequest {
  method: string;
  /** The path with its query. */
  url: string;
  /** Names and values in turn. */
  headers: readonly string[];
  /** Whether the end of the request waits until the other node agrees: `continue` is emitted then. */
  waits?: boolean;
}

/** The dependencies of {@link PeerClient}. */
export interface PeerClientDeps {
  /** `CLUSTER_NODE_ID`. */
  nodeId: string;
  trust: PeerTrust;
  clock: Pick<Clock, 'now'>;
}

/** Sends requests to the internal ports of other nodes, and proves to them where they come from. */
export class PeerClient implements Disposable {
  readonly #deps: PeerClientDeps;
  readonly #http = new HttpAgent(AGENT_OPTIONS);
  #https: { certificates: Certificates; agent: HttpsAgent } | undefined;

  constructor(deps: PeerClientDeps) {
    this.#deps = deps;
  }

  /** Begins a request. Nothing of it is awaited: the caller listens for `response`, `continue`, and `error`. */
  open(node: RemoteNode, { method, url, headers, waits = false }: PeerRequest): ClientRequest {
    const { hostname, port } = new URL(node.url);
    const own = { method, path: url, hostname: hostname.replace(/^\[|\]$/g, ''), port };
    // Node takes names and values in turn, too; its types do not say so.
    const all = [
      ...headers,
      ...this.#ownHeaders(node, { method, url, headers }, waits),
    ] as unknown as OutgoingHttpHeaders;
    const { trust } = this.#deps;
    if (trust.kind === 'secret') return httpRequest({ ...own, headers: all, agent: this.#http });
    const name = trust.name ?? node.nodeId;
    return httpsRequest({
      ...{ ...own, headers: all, agent: this.#agentWith(trust.certificates.current) },
      // Part of what connections are kept by: one to another node is never taken for one to this node.
      servername: isIP(name) === 0 ? name : '',
      checkServerIdentity: identityCheck(name),
    });
  }

  /** Closes idle connections. */
  [Symbol.dispose](): void {
    this.#http.destroy();
    this.#https?.agent.destroy();
  }

  /** Connections with earlier certificates end when they have been idle for a while. */
  #agentWith(certificates: Certificates): HttpsAgent {
    if (this.#https?.certificates !== certificates) {
      // Each connection proves anew who is at its other end.
      const options = { ...AGENT_OPTIONS, maxCachedSessions: 0, secureContext: createSecureContext(certificates) };
      this.#https = { certificates, agent: new HttpsAgent(options) };
    }
    return this.#https.agent;
  }

  #ownHeaders(node: RemoteNode, { method, url, headers }: PeerRequest, waits: boolean): string[] {
    const { nodeId, trust, clock } = this.#deps;
    const hop = ['x-wa-hop', '1', 'x-wa-from', nodeId, ...(waits ? ['Expect', '100-continue'] : [])];
    const host = valueOf(headers, 'host') === undefined ? ['Host', new URL(node.url).host] : [];
    if (trust.kind === 'tls') return [...host, ...hop];
    const length = valueOf(headers, 'content-length') ?? '';
    const proven = { method, url, hop: '1', length, to: node.nodeId };
    const proof = proofOf(proven, { from: nodeId, nowMs: clock.now(), secret: trust.secret });
    return [...host, ...hop, PROOF_HEADER, proof];
  }
}

const AGENT_OPTIONS = {
  keepAlive: true,
  maxFreeSockets: KEPT_CONNECTIONS,
  timeout: IDLE_MS,
  scheduling: 'lifo',
} as const;

function valueOf(headers: readonly string[], name: string): string | undefined {
  const at = headers.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at === -1 ? undefined : headers[at + 1];
}
