import type { Agent } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { SessionId } from '../../domain/session-id.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Secret } from '../../kit/secret.ts';
import type { SessionStore } from '../../ports/storage.ts';
import { ConnectAgent } from './connect-agent.ts';
import { ProxyError } from './proxy-error.ts';
import { SocksAgent } from './socks-agent.ts';

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
    return { agent: this.#agentFor(stored.proxy), deviceName: stored.deviceName ?? this.#deps.deviceName };
  }

  /** The agent for connections of a session. @throws as {@link of} */
  async agentOf(sessionId: SessionId): Promise<Agent | undefined> {
    return this.#agentFor(await this.#deps.sessions.proxyOf(sessionId));
  }

  #agentFor(own: Secret | 'unreadable' | undefined): Agent | undefined {
    if (own === undefined) return this.common();
    if (own === 'unreadable') throw new ProxyError('of this session', 'cannot be read from the storage; set it again');
    const url = new URL(own.reveal());
    return agentFor(url, { clock: this.#deps.clock, lookup: this.#deps.lookupFor(url) });
  }

  /** That of what belongs to no session. */
  common(): Agent | undefined {
    const { proxy, clock } = this.#deps;
    return proxy ? agentFor(new URL(proxy.reveal()), { clock, lookup: undefined }) : undefined;
  }
}

/** The agent for connections through the proxy at this URL. */
export function agentFor(url: URL, deps: ConstructorParameters<typeof ConnectAgent>[1]): Agent {
  return url.protocol.startsWith('socks') ? new SocksAgent(url, deps) : new ConnectAgent(url, deps);
}
