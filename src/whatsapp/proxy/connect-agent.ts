import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import tls from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { Clock } from '../../kit/clock.ts';
import { shownProxy } from '../../domain/proxy.ts';
import { proxyError, ProxyError } from './proxy-error.ts';

/** How long a proxy may take to connect. */
const CONNECT_MS = 20_000;

/** What the connection to a proxy depends on. */
export interface ProxyAgentDeps {
  clock: Clock;
  /** Resolves the name of the proxy; the usual way if undefined. */
  lookup: LookupFunction | undefined;
}

/** Connects through an HTTP or HTTPS proxy, by CONNECT. Unlike the agent it stands on, it waits no longer than 20 s for the proxy. */
export class ConnectAgent extends HttpsProxyAgent<string> {
  readonly #url: URL;
  readonly #deps: ProxyAgentDeps;

  constructor(url: URL, deps: ProxyAgentDeps) {
    super(url.href);
    this.#url = url;
    this.#deps = deps;
  }

  override async connect(...[, options]: Parameters<HttpsProxyAgent<string>['connect']>): Promise<Socket> {
    const { host = '', port } = options;
    const socket = await this.#tunnel(`${isIP(host) === 6 ? `[${host}]` : host}:${port}`);
    if (!options.secureEndpoint) return socket;
    const servername = options.servername ?? (isIP(host) === 0 ? host : undefined);
    return tls.connect({ ...(servername !== undefined && { servername }), ALPNProtocols: ['http/1.1'], socket });
  }

  /** Resolves with the connection to `target` behind the proxy. @throws ProxyError */
  async #tunnel(target: string): Promise<Socket> {
    const shown = shownProxy(this.#url);
    const abort = new AbortController();
    const late = new ProxyError(shown, `did not answer within ${CONNECT_MS / 1_000} seconds`);
    const timer = this.#deps.clock.after(CONNECT_MS, () => abort.abort(late));
    try {
      const { answer, socket } = await this.#ask(target, abort.signal);
      if (answer.statusCode === 200) return socket;
      socket.destroy();
      throw new ProxyError(shown, `refuses the connection (${answer.statusCode ?? 0} ${answer.statusMessage ?? ''})`);
    } catch (error) {
      throw proxyError(shown, abort.signal.aborted ? late : error);
    } finally {
      timer.cancel();
    }
  }

  #ask(target: string, signal: AbortSignal): Promise<{ answer: IncomingMessage; socket: Socket }> {
    const { protocol, hostname, port, username, password } = this.#url;
    const { lookup } = this.#deps;
    const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
      'base64',
    );
    const headers = { host: target, ...(username !== '' && { 'proxy-authorization': `Basic ${credentials}` }) };
    return new Promise((resolve, reject) => {
      const request = (protocol === 'https:' ? https : http).request({
        ...{ method: 'CONNECT', host: hostname.replace(/^\[|\]$/g, ''), path: target, headers, signal, agent: false },
        ...(port !== '' && { port }),
        ...(lookup && { lookup }),
      });
      request.on('connect', (answer, socket) => resolve({ answer, socket }));
      request.on('response', (answer) => {
        answer.destroy();
        reject(new Error(`it answered ${answer.statusCode ?? 0}`));
      });
      request.on('error', reject);
      request.end();
    });
  }
}
