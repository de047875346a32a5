import type { Socket } from 'node:net';
import { SocksProxyAgent } from 'socks-proxy-agent';
import { shownProxy } from '../../domain/proxy.ts';
import type { ProxyAgentDeps } from './connect-agent.ts';
import { proxyError } from './proxy-error.ts';

/** Connects through a SOCKS5 proxy, which also resolves the names: none of them is looked up here. */
export class SocksAgent extends SocksProxyAgent {
  readonly #shown: string;

  constructor(url: URL, { lookup }: ProxyAgentDeps) {
    const named = new URL(url.href.replace(/^socks5:/, 'socks5h:'));
    super(named, lookup && { socketOptions: { lookup } });
    this.#shown = shownProxy(url);
  }

  override async connect(...asked: Parameters<SocksProxyAgent['connect']>): Promise<Socket> {
    try {
      return await super.connect(...asked);
    } catch (error) {
      throw proxyError(this.#shown, error);
    }
  }
}
