import type { Agent } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { SessionId } from '../../domain/session-id.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Secret } from '../../kit/secret.ts';
import type { SessionStore } from '../../ports/storage.ts';
import type { ProxyAgentDeps } from './connect-agent.ts';
import { ProxyError } from './proxy-error.ts';

/** How a session reaches WhatsApp, and as what. */
export interface Route {
  /** Connects through its proxy; `undefined` without one. */
  agent: Agent | undefined;
  /** What the phone shows among its linked devices; `null` for the usual name. */
  deviceName: string | null;
}

/** The dependencies of {@link Routes}. */
export interface RoutesDeps {
  sessions: Pick<SessionStore, 'proxyOf' | 'routeOf'>;
  /** `PROXY_URL`. */
  proxy: Secret | null;
  /** `DEVICE_NAME`. */
  deviceName: string | null;
  /** The lookup for a proxy that a caller chose. @throws AppError `url_not_allowed` */
  lookupFor: (url: URL) => LookupFunction;
  clock: Clock;
}

/** Finds out how each session reaches WhatsApp: by its own proxy, else by that of all, as they are stored when it connects. */
export class Routes {
  readonly #deps: RoutesDeps;

  constructor(deps: RoutesDeps) {
    this.#deps = deps;
  }

  /** @throws ProxyError; AppError `url_not_allowed`; StorageUnavailableError */
  async of(sessionId: SessionId): Promise<Route> {
    const stored = await this.#deps.sessions.routeOf(sessionId);
    return { agent: await this.#agentFor(stored.proxy), deviceName: stored.deviceName ?? this.#deps.deviceName };
  }

  /** The agent for connections of a session. @throws as {@link of} */
  async agentOf(sessionId: SessionId): Promise<Agent | undefined> {
    return this.#agentFor(await this.#deps.sessions.proxyOf(sessionId));
  }

  async #agentFor(own: Secret | 'unreadable' | undefined): Promise<Agent | undefined> {
    if (own === undefined) return this.common();
    if (own === 'unreadable') throw new ProxyError('of this session', 'cannot be read from the storage; set it again');
    const url = new URL(own.reveal());
    return agentFor(url, { clock: this.#deps.clock, lookup: this.#deps.lookupFor(url) });
  }

  /** That of what belongs to no session. */
  async common(): Promise<Agent | undefined> {
    const { proxy, clock } = this.#deps;
    return proxy ? agentFor(new URL(proxy.reveal()), { clock, lookup: undefined }) : undefined;
  }
}

/** The agent for connections through the proxy at this URL. The libraries are loaded only where there is a proxy. */
export async function agentFor(url: URL, deps: ProxyAgentDeps): Promise<Agent> {
  if (url.protocol.startsWith('socks')) {
    const { SocksAgent } = await import('./socks-agent.ts');
    return new SocksAgent(url, deps);
  }
  const { ConnectAgent } = await import('./connect-agent.ts');
  return new ConnectAgent(url, deps);
}
