import { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { type Clock } from '../kit/clock.ts';
import { type Logger } from '../kit/logger.ts';
import { type Hop } from '../ports/cluster.ts';
import { isProven, PROOF_HEADER } from './peer-proof.ts';
import { hasName, type PeerTrust } from './peer-trust.ts';

/** How often a node says that it is still at work on a request: `102 Processing`. */
const AT_WORK_MS = 5_000;
/** How often refusals are logged. */
const LOG_MS = 60_000;

const REFUSAL = JSON.stringify({
  success: false,
  error: 'not_permitted',
  message: 'This port is for the other nodes of the cluster only.',
});

/** The dependencies of {@link InternalPort}. */
export interface InternalPortDeps {
  /** `CLUSTER_NODE_ID`. */
  nodeId: string;
  trust: PeerTrust;
  clock: Clock;
  log: Logger;
}

/** An app that can be drained. */
interface Drainable extends RequestListener {
  drain(): Promise<void>;
}

/** Lets only requests of other nodes through to the app. */
export class InternalPort {
  readonly #deps: InternalPortDeps;
  readonly #hops = new WeakMap<IncomingMessage, Hop>();
  #loggedAtMs = -Infinity;

  constructor(deps: InternalPortDeps) {
    this.#deps = deps;
  }

  /** Set for requests that came through this port. Whatever headers others have, theirs never do. */
  readonly hopOf = (request: IncomingMessage): Hop | undefined => this.#hops.get(request);

  /** What listens on the port: the app, for those who prove that they are a node. */
  guard(app: Drainable): Drainable {
    const listener: RequestListener = (request, response) => {
      if (!this.#isFromPeer(request)) {
        this.#refuse(request, response);
        return;
      }
      this.#hops.set(request, { agree: () => agree(request, response) });
      this.#sayAtWork(response);
      app(request, response);
    };
    return Object.assign(listener, { drain: () => app.drain() });
  }

  #isFromPeer({ headers, method = '', url = '', socket }: IncomingMessage): boolean {
    const { trust, nodeId, clock } = this.#deps;
    const hop = one(headers['x-wa-hop']);
    if (hop !== '1') return false;
    if (trust.kind === 'tls') {
      const from = one(headers['x-wa-from']);
      return from !== '' && socket instanceof TLSSocket && hasName(socket, trust.name ?? from);
    }
    const length = headers['content-length'] ?? '';
    const proven = { method, url, hop, length, to: nodeId };
    return isProven(proven, one(headers[PROOF_HEADER]), { nowMs: clock.now(), secret: trust.secret });
  }

  #refuse({ socket }: IncomingMessage, response: ServerResponse): void {
    const { clock, log } = this.#deps;
    if (clock.monotonic() - this.#loggedAtMs >= LOG_MS) {
      this.#loggedAtMs = clock.monotonic();
      log.warn({ address: socket.remoteAddress }, 'a request on the internal port was refused: it proved no node');
    }
    const headers = { 'Content-Type': 'application/json; charset=utf-8', 'X-Wa-Refused': '1', Connection: 'close' };
    response.writeHead(403, headers).end(REFUSAL);
  }

  /** A node that waits for a long time cannot tell one at work from one that is frozen, but for this. */
  #sayAtWork(response: ServerResponse): void {
    const later = () => this.#deps.clock.after(AT_WORK_MS, say);
    const say = (): void => {
      if (response.headersSent || response.closed) return;
      response.writeProcessing();
      timer = later();
    };
    let timer = later();
    response.once('close', () => timer.cancel());
  }
}

function agree(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect !== undefined && !response.headersSent) response.writeContinue();
}

function one(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
