import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

import { Client, type ClientListener } from './client.ts';
import { forgeServerIdentity, type Forgery, type ServerIdentity } from './server-identity.ts';

/** Reacts to clients' connections, and decides about their faults. */
export interface GatewayListener extends ClientListener {
  connected(client: Client): void;
  /** The HTTP status that refuses this WebSocket upgrade, if any. */
  refusesUpgrade(): number | undefined;
  /** How this connection is somebody else's, who pretends to be the server. */
  forgery(): Forgery | undefined;
}

const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

/** The port that clients connect to: WebSockets on any path, and plain HTTP for media and the version page. */
export class Gateway {
  readonly clients = new Set<Client>();
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  readonly #identity: ServerIdentity;
  readonly #listener: GatewayListener;
  #connections = 0;

  /** @param answerHttp handles plain HTTP requests */
  constructor(identity: ServerIdentity, listener: GatewayListener, answerHttp: RequestListener) {
    this.#identity = identity;
    this.#listener = listener;
    this.#server = createServer(answerHttp);
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const status = this.#listener.refusesUpgrade();
      // From here on the socket is ours: without a handler, a client that resets it would crash the server.
      socket.on('error', () => socket.destroy());
      if (status !== undefined) socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\n\r\n`);
      else this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#accept(webSocket));
    });
  }

  /** Starts listening and resolves with `host:port`. Rejects when the port is taken. */
  listen(port: number, host: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve(`${host}:${(this.#server.address() as AddressInfo).port}`);
      });
    });
  }

  /** Cuts all connections and stops listening. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const client of this.clients) client.cut();
    this.#server.closeAllConnections();
    await closed;
  }

  #accept(socket: WebSocket): void {
    this.#connections += 1;
    const forgery = this.#listener.forgery();
    const identity = forgery ? forgeServerIdentity(this.#identity, forgery) : this.#identity;
    const client = new Client(socket, { id: this.#connections, identity, listener: this.#listener });
    this.clients.add(client);
    socket.once('close', () => this.clients.delete(client));
    this.#listener.connected(client);
  }
}
