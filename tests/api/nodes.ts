import { PeerForwarder } from '../../src/cluster/forwarder.ts';
import { InternalPort } from '../../src/cluster/internal-port.ts';
import { PeerClient } from '../../src/cluster/peer-client.ts';
import type { PeerTrust } from '../../src/cluster/peer-trust.ts';
import { OwnershipDirectory } from '../../src/cluster/session-directory.ts';
import type { SessionId } from '../../src/domain/session-id.ts';
import { type HttpAppDeps, startHttpServer } from '../../src/http/server.ts';
import { Secret } from '../../src/kit/secret.ts';
import type { Ownership } from '../../src/ports/ownership.ts';
import { HandClock } from './hand-clock.ts';
import { recordOf, startApi } from './support.ts';

const SECRET: PeerTrust = { kind: 'secret', secret: new Secret('a secret that all nodes of a test share') };

/** Which node owns which session, as the database of a cluster knows it. */
export class OwnershipTable {
  readonly owners = new Map<SessionId, string | null>();
  readonly urls = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  looks = 0;

  /** Gives a session to a node, or to none. */
  give(sessionId: SessionId, nodeId: string | null): void {
    this.owners.set(sessionId, nodeId);
    this.#listeners.forEach((listener) => listener());
  }

  /** The part of a node. `believes` are sessions that it takes for its own, whatever the table says; without it, the table decides. */
  of(nodeId: string, believes?: ReadonlySet<SessionId>): Pick<Ownership, 'owned' | 'ownerOf' | 'onChange'> {
    const has = (sessionId: SessionId) => (believes ?? { has: this.#isOwned(nodeId) }).has(sessionId);
    return {
      owned: { has } as ReadonlySet<SessionId>,
      onChange: (listener) => void this.#listeners.add(listener),
      ownerOf: (sessionId) => {
        this.looks += 1;
        const owner = this.owners.get(sessionId);
        if (owner === undefined) return Promise.resolve(undefined);
        const url = this.urls.get(owner ?? '') ?? '';
        return Promise.resolve({
          owner: owner === null ? null : { nodeId: owner, incarnation: `that at ${url}`, url },
        });
      },
    };
  }

  #isOwned(nodeId: string) {
    return (sessionId: SessionId) => this.owners.get(sessionId) === nodeId;
  }
}

/** How a node of a test differs from the others. */
export interface NodeOptions {
  trust?: PeerTrust;
  clock?: HandClock;
  app?: Partial<HttpAppDeps>;
  /** The sessions that it takes for its own, whatever the table says. */
  believes?: ReadonlySet<SessionId>;
}

/** A node: the app on sessions in memory, with its public and its internal port. */
export async function startNode(nodeId: string, table: OwnershipTable, options: NodeOptions = {}) {
  const { trust = SECRET, clock = new HandClock(Date.UTC(2024, 0, 15, 10, 30)), app, believes } = options;
  const directory = new OwnershipDirectory({ ownership: table.of(nodeId, believes), nodeId, clock });
  const client = new PeerClient({ nodeId, trust, clock });
  const made = startApi({ cluster: { directory, forwarder: { forward: lateForward }, hopOf: lateHopOf }, ...app });
  const { log } = made;
  const forwarder = new PeerForwarder({ directory, client, clock, log });
  const port = new InternalPort({ nodeId, trust, clock, log, lives: (name) => Promise.resolve(table.urls.has(name)) });
  function lateForward(...given: Parameters<PeerForwarder['forward']>) {
    return forwarder.forward(...given);
  }
  function lateHopOf(request: Parameters<InternalPort['hopOf']>[0]) {
    return port.hopOf(request);
  }
  const listening = { host: '127.0.0.1', port: 0, clock: made.clock, log };
  const server = await startHttpServer(made.app, listening);
  const internal = await startHttpServer(port.guard(made.app), { ...listening, internal: { tls: null } });
  table.urls.set(nodeId, internal.url);
  return {
    ...made,
    ...{ nodeId, server, internal, client, forwarder, nodeClock: clock },
    /** Adds a connected session to what this node runs. */
    runs(sessionId: SessionId): void {
      made.sessions.records.set(sessionId, recordOf(sessionId, 'connected'));
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
      await internal[Symbol.asyncDispose]();
    },
  };
}
