import type { ServerResponse } from 'node:http';
import type { TlsOptions } from 'node:tls';
import { InternalPort } from '../cluster/internal-port.ts';
import type { LivingPeers } from '../cluster/living-peers.ts';
import { PeerCertificates } from '../cluster/peer-certificates.ts';
import { PeerClient } from '../cluster/peer-client.ts';
import type { PeerTrust } from '../cluster/peer-trust.ts';
import { FEED_PATH } from '../cluster/feed-reader.ts';
import { PeerForwarder } from '../cluster/forwarder.ts';
import { PeerFeeds } from '../cluster/peer-feeds.ts';
import { OwnershipDirectory, type OwnershipDirectoryDeps } from '../cluster/session-directory.ts';
import type { ClusterSettings } from '../config/cluster-settings.ts';
import { ERRORS } from '../domain/errors.ts';
import { type Drainable, type HttpApp, type HttpServer, startHttpServer } from '../http/server.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { LivingNode } from '../ports/ownership.ts';

/** The dependencies of {@link ClusterNetwork}. */
export interface ClusterNetworkDeps {
  settings: ClusterSettings;
  clock: Clock;
  log: Logger;
  /** How long a shutdown waits for responses in flight. */
  drainMs: number;
}

/** The app that answers other nodes: what they forward, and what they ask for themselves. */
type AppForNodes = Drainable & { feed: Pick<HttpApp['feed'], 'follow' | 'end'> };

/** The other nodes, as this one knows them. */
export interface KnownNodes {
  readonly living: readonly LivingNode[];
  /** Calls `listener` with each beat. */
  onVersions(listener: () => void): void;
}

/** Answers until there is an app. */
const STARTING = JSON.stringify({ success: false, error: 'starting', message: ERRORS.starting });

/** The internal port of this node, and its way to those of others. It listens before the others hear of it. */
export class ClusterNetwork implements AsyncDisposable {
  readonly #deps: ClusterNetworkDeps;
  readonly #port: InternalPort;
  readonly #client: PeerClient;
  #app: AppForNodes | undefined;
  #feeds: PeerFeeds | undefined;
  #certificates: PeerCertificates | undefined;
  #peers: LivingPeers | undefined;
  #server: HttpServer | undefined;

  private constructor(deps: ClusterNetworkDeps, trust: PeerTrust) {
    const { settings, clock, log } = deps;
    const { nodeId } = settings;
    this.#deps = deps;
    const lives = (name: string) => this.#peers?.has(name) ?? Promise.resolve(true);
    this.#port = new InternalPort({ nodeId, trust, clock, log, lives });
    this.#client = new PeerClient({ nodeId, trust, clock });
  }

  /** Begins to listen. @throws ListenError, CertificateError, or that of a file that cannot be read */
  static async listen(deps: ClusterNetworkDeps): Promise<ClusterNetwork> {
    const { trust } = deps.settings;
    if (trust.kind === 'secret') {
      const network = new ClusterNetwork(deps, trust);
      await network.#listen(null);
      return network;
    }
    const certificates = new PeerCertificates(trust, deps);
    const network = new ClusterNetwork(deps, { kind: 'tls', name: trust.name, certificates });
    network.#certificates = certificates;
    try {
      await network.#listen({ ...certificates.current, requestCert: true, rejectUnauthorized: true });
    } catch (error) {
      certificates[Symbol.dispose]();
      throw error;
    }
    certificates.onRenewal((renewed) => network.#server?.renew(renewed));
    return network;
  }

  /** How other nodes reach this one. */
  get url(): string {
    const { settings } = this.#deps;
    return settings.url ?? `${settings.trust.kind === 'tls' ? 'https' : 'http'}://127.0.0.1:${this.#server?.port ?? 0}`;
  }

  /** What the HTTP interface asks of the cluster. */
  cluster(ownership: OwnershipDirectoryDeps['ownership'], nodes: KnownNodes): Cluster {
    const { settings, clock, log } = this.#deps;
    const { nodeId } = settings;
    const client = this.#client;
    const directory = new OwnershipDirectory({ ownership, nodeId, clock });
    const forwarder = new PeerForwarder({ directory, client, clock, log });
    const peers = new PeerFeeds({ nodeId, living: () => nodes.living, client, clock, log });
    nodes.onVersions(() => peers.look());
    this.#feeds = peers;
    return { directory, forwarder, hopOf: this.#port.hopOf, peers };
  }

  /** From now on certificates count only with the names of living nodes. Before, there is nothing to be had here. */
  meet(peers: LivingPeers): void {
    this.#peers = peers;
  }

  /** From now on this app answers the other nodes. */
  serve(app: AppForNodes): void {
    this.#app = app;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#feeds?.[Symbol.dispose]();
    this.#certificates?.[Symbol.dispose]();
    await this.#server?.[Symbol.asyncDispose]();
    this.#client[Symbol.dispose]();
  }

  async #listen(tls: TlsOptions | null): Promise<void> {
    const { settings, clock, log, drainMs } = this.#deps;
    const { host, port } = settings;
    const app = Object.assign((...args: Parameters<Drainable>) => this.#answer(...args), {
      drain: () => Promise.resolve(this.#app?.feed.end()),
    });
    const names = { host: 'CLUSTER_HOST', port: 'CLUSTER_PORT' };
    const internal = { tls, handshakeFailed: this.#port.handshakeFailed };
    this.#server = await startHttpServer(this.#port.guard(app), { host, port, names, clock, log, drainMs, internal });
  }

  #answer(...[request, response]: Parameters<Drainable>): void {
    if (!this.#app) refuse(response);
    else if (request.url === FEED_PATH) this.#app.feed.follow(response);
    else this.#app(request, response);
  }
}

function refuse(response: ServerResponse): void {
  response.writeHead(503, { 'Content-Type': 'application/json; charset=utf-8', 'Retry-After': '1' }).end(STARTING);
}
