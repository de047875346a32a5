import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Clock, Timer } from '../kit/clock.ts';
import { describeFailure } from '../kit/failure.ts';
import type { Logger } from '../kit/logger.ts';
import type { RemoteNode } from '../ports/cluster.ts';
import { responseHeaders } from './hop-headers.ts';
import { refusedBy, REFUSED_HEADER } from './refusals.ts';

/** How long another node may take to be connected to and, for a request that changes something, to agree to it. */
const AGREE_MS = 8_000;
/** For how long nothing may come from a node: one at work says so every five seconds, and live events are never silent for longer. */
const SILENCE_MS = 30_000;

const MISDIRECTED = 421;
const REFUSED = 403;

/**
 * How a request to another node ended: the client has its response, or is gone; what the node did is `unknown`; or it has done nothing
 * of it, and will not. Then it was `stale`, a kept connection that the node had just closed; the node is `unreachable`; or it is
 * there, and does not take the request.
 */
export type Outcome = 'answered' | 'unknown' | 'stale' | 'unreachable' | 'not-taken';

/** The dependencies of {@link Exchange}. */
export interface ExchangeDeps {
  request: IncomingMessage;
  response: ServerResponse;
  node: RemoteNode;
  outgoing: ClientRequest;
  /** Whether it leaves only when the node agrees. Otherwise it only reads. */
  waits: boolean;
  /** The body: streamed from the request once the node agrees, these bytes, or none. */
  body: 'streamed' | Buffer | undefined;
  clock: Clock;
  log: Logger;
}

/**
 * One request to one other node. A request that changes something, or has a body, is complete only when the node agrees
 * (`100 Continue`), and the node acts only then: before, nothing is lost or done when the node refuses, is not there, ends, or is frozen
 * and goes on later. One without a body has an empty one for that.
 */
export class Exchange {
  readonly #deps: ExchangeDeps;
  readonly #outcome = Promise.withResolvers<Outcome>();
  #isConnected = false;
  /** Whether the node has agreed to the request. */
  #hasAgreed = false;
  #hasClientLeft = false;
  #isOver = false;
  #answer: IncomingMessage | undefined;
  #timer: Timer;

  constructor(deps: ExchangeDeps) {
    this.#deps = deps;
    this.#timer = deps.clock.after(AGREE_MS, () => this.#fail(new Error('The node does not answer'), true));
  }

  /** Runs it to its end. */
  async run(): Promise<Outcome> {
    const { outgoing, response, waits } = this.#deps;
    outgoing.once('socket', this.#onSocket).once('continue', this.#onContinue).once('response', this.#onResponse);
    outgoing.on('error', this.#fail);
    response.once('close', this.#onClientGone);
    if (!waits) outgoing.end();
    try {
      return await this.#outcome.promise;
    } finally {
      this.#timer.cancel();
      response.off('close', this.#onClientGone);
    }
  }

  readonly #onSocket = (socket: Socket): void => {
    const connected = (): void => {
      this.#isConnected = true;
      if (!this.#deps.waits) this.#watch(socket);
    };
    if (this.#deps.outgoing.reusedSocket) connected();
    else socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', connected);
  };

  readonly #onContinue = (): void => {
    const { outgoing, request, waits, body } = this.#deps;
    if (!waits || this.#hasAgreed) return;
    this.#hasAgreed = true;
    this.#watch(outgoing.socket);
    if (body === 'streamed') request.pipe(outgoing);
    else outgoing.end(body);
  };

  readonly #onResponse = (answer: IncomingMessage): void => {
    const { response, outgoing } = this.#deps;
    if (this.#isRefusal(answer)) {
      // The body has not been sent: this connection cannot be used for another request.
      answer.resume();
      this.#finish(outgoing.writableFinished ? 'leave' : 'destroy', 'not-taken');
      return;
    }
    this.#answer = answer;
    this.#watch(outgoing.socket);
    for (const name of response.getHeaderNames()) if (name !== 'connection') response.removeHeader(name);
    response.writeHead(answer.statusCode ?? 502, responseHeaders(answer));
    // The first event of a stream can take a while; anything else goes in one piece with its headers.
    if (answer.headers['content-length'] === undefined) response.flushHeaders();
    pipeline(answer, response, this.#onEnd);
  };

  readonly #onEnd = (error: Error | null | undefined): void => {
    const { request, outgoing, log, node } = this.#deps;
    if (error) {
      if (!this.#hasClientLeft) {
        log.warn({ failure: describeFailure(error), nodeId: node.nodeId }, 'a node broke off its response');
      }
      this.#finish('destroy', 'answered');
    } else if (outgoing.writableFinished) {
      this.#finish('leave', 'answered');
    } else {
      // Answered before the end of the body: the rest is nobody's.
      request.unpipe(outgoing);
      if (this.#hasAgreed) request.resume();
      this.#finish('destroy', 'answered');
    }
  };

  readonly #onClientGone = (): void => {
    const { response } = this.#deps;
    if (response.writableFinished) return;
    // A response that the node breaks off is closed as well.
    this.#hasClientLeft = (this.#answer?.errored ?? null) === null;
    this.#finish('destroy', 'answered');
  };

  readonly #fail = (error: Error, isSilent = false): void => {
    const { outgoing, node, log } = this.#deps;
    // What this node broke off itself is no failure of the other one.
    if (this.#isOver) return;
    // Too late for another response; `#onEnd` has the last word.
    if (this.#answer) {
      this.#answer.destroy(error);
      return;
    }
    const outcome = this.#outcomeOf(isSilent);
    if (outcome !== 'stale') {
      log.warn({ failure: describeFailure(error), nodeId: node.nodeId }, 'a node did not answer a forwarded request');
    }
    outgoing.destroy();
    this.#outcome.resolve(outcome);
  };

  /** Without a connection, or before the node agreed, nothing was carried out. Reading twice is harmless. */
  #outcomeOf(isSilent: boolean): 'stale' | 'unreachable' | 'unknown' {
    const { waits, outgoing } = this.#deps;
    if (!this.#isConnected) return 'unreachable';
    if (waits ? this.#hasAgreed : isSilent) return 'unknown';
    return outgoing.reusedSocket && !isSilent ? 'stale' : 'unreachable';
  }

  /** A streamed body cannot be sent again; a node that has agreed to it does not refuse it as not its own. */
  #isRefusal({ statusCode, headers }: IncomingMessage): boolean {
    const { body, node, log } = this.#deps;
    if (body === 'streamed' && this.#hasAgreed) return false;
    const why = headers[REFUSED_HEADER];
    if (statusCode === REFUSED && why !== undefined) {
      log.error({ nodeId: node.nodeId }, refusedBy(why));
      return true;
    }
    return statusCode === MISDIRECTED;
  }

  #finish(connection: 'leave' | 'destroy', outcome: Outcome): void {
    const { outgoing, request } = this.#deps;
    this.#isOver = true;
    if (connection === 'destroy') {
      request.unpipe(outgoing);
      outgoing.destroy();
    }
    this.#outcome.resolve(outcome);
  }

  /** From now on, ends it when nothing comes, unless it is the client that does not read. */
  #watch(socket: Socket | null): void {
    const { clock, response } = this.#deps;
    this.#timer.cancel();
    const readBefore = socket?.bytesRead;
    this.#timer = clock.after(SILENCE_MS, () => {
      if (response.writableNeedDrain || socket?.bytesRead !== readBefore) this.#watch(socket);
      else this.#fail(new Error('The node fell silent'), true);
    });
  }
}
