import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Hop } from '../ports/cluster.ts';
import { withoutEmptyBody } from './hop-headers.ts';
import { PROOF_HEADER, ProofCheck, type Verdict } from './peer-proof.ts';
import { hasName, type PeerTrust } from './peer-trust.ts';
import { Refusals, type Refused, REFUSED_HEADER } from './refusals.ts';

/** How often a node says that it is still at work on a request: `102 Processing`. */
const AT_WORK_MS = 5_000;

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
  /**
   * Whether a node of this name is alive. Asked about the names in certificates: their authority may have signed others, which are
   * no nodes.
   */
  lives: (nodeId: string) => Promise<boolean>;
}

/** An app that can be drained. */
interface Drainable extends RequestListener {
  drain(): Promise<void>;
}

/** Lets only requests of other nodes through to the app. */
export class InternalPort {
  readonly #deps: InternalPortDeps;
  readonly #hops = new WeakMap<IncomingMessage, Hop>();
  readonly #refusals: Refusals;
  readonly #proofs: ProofCheck | undefined;

  constructor(deps: InternalPortDeps) {
    const { trust, clock, log } = deps;
    this.#deps = deps;
    this.#refusals = new Refusals(clock, log);
    if (trust.kind === 'secret') this.#proofs = new ProofCheck(trust.secret, clock);
  }

  /** Set for requests that came through this port. Whatever headers others have, theirs never do. */
  readonly hopOf = (request: IncomingMessage): Hop | undefined => this.#hops.get(request);

  /** Says in the log, now and then, why connections fail before there is a request. */
  readonly handshakeFailed = (socket: TLSSocket, error: Error): void => this.#refusals.ofHandshake(socket, error);

  /** What listens on the port: the app, for those who prove that they are a node. */
  guard(app: Drainable): Drainable {
    const admit = (request: IncomingMessage, response: ServerResponse, refused: Refused | undefined): void => {
      if (refused) {
        this.#refuse(request, response, refused);
        return;
      }
      withoutEmptyBody(request);
      this.#hops.set(request, { agree: () => agree(request, response) });
      this.#sayAtWork(response);
      app(request, response);
    };
    const listener: RequestListener = (request, response) => {
      const refused = this.#judge(request);
      if (refused instanceof Promise) void refused.then((why) => admit(request, response, why));
      else admit(request, response, refused);
    };
    return Object.assign(listener, { drain: () => app.drain() });
  }

  /** Why the request is refused, if it is. */
  #judge(request: IncomingMessage): Refused | undefined | Promise<Refused | undefined> {
    const hop = one(request.headers['x-wa-hop']);
    if (hop !== '1') return { why: 'no-node' };
    return this.#proofs ? this.#judgeProof(request, hop, this.#proofs) : this.#judgeCertificate(request);
  }

  #judgeProof({ headers, method = '', url = '' }: IncomingMessage, hop: string, proofs: ProofCheck) {
    const length = headers['content-length'] ?? '';
    const proven = { method, url, hop, length, to: this.#deps.nodeId };
    return refusalFor(proofs.judge(proven, one(headers[PROOF_HEADER])));
  }

  #judgeCertificate({ headers, socket }: IncomingMessage): Refused | undefined | Promise<Refused | undefined> {
    const { trust, lives } = this.#deps;
    const from = one(headers['x-wa-from']);
    if (trust.kind !== 'tls' || from === '' || !(socket instanceof TLSSocket)) return { why: 'no-node' };
    if (!hasName(socket, trust.name ?? from)) return { why: 'other-name' };
    if (trust.name !== null) return undefined;
    return lives(from).then((isAlive) => (isAlive ? undefined : { why: 'not-living', nodeId: from }));
  }

  #refuse({ socket }: IncomingMessage, response: ServerResponse, refused: Refused): void {
    this.#refusals.of(socket, refused);
    const why = { [REFUSED_HEADER]: refused.why };
    const headers = { 'Content-Type': 'application/json; charset=utf-8', ...why, Connection: 'close' };
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

function refusalFor(verdict: Verdict): Refused | undefined {
  switch (verdict.kind) {
    case 'right':
      return undefined;
    case 'wrong':
      return { why: 'no-node' };
    case 'repeated':
      return { why: 'repeated', nodeId: verdict.from };
    case 'untimely':
      return { why: 'clock', nodeId: verdict.from, aheadSeconds: Math.round(verdict.aheadMs / 1_000) };
  }
}

function agree(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  if (request.headers.expect === undefined || response.headersSent) return Promise.resolve(true);
  response.writeContinue();
  return continues(request);
}

/**
 * Whether more of the request comes, or its end. The other node may have given it up while this one was frozen, and have told its caller
 * that nothing was done.
 */
function continues(request: IncomingMessage): Promise<boolean> {
  const hasMore = (): boolean => request.complete || request.readableLength > 0;
  if (hasMore() || request.destroyed) return Promise.resolve(hasMore());
  return new Promise((resolve) => {
    const settle = (): void => {
      request.off('readable', settle).off('close', settle);
      resolve(hasMore());
    };
    request.on('readable', settle).on('close', settle);
  });
}

function one(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
