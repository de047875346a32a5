import { type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { type Clock, type Timer } from '../kit/clock.ts';
import { describeFailure } from '../kit/failure.ts';
import { type Logger } from '../kit/logger.ts';
import { type RemoteNode } from '../ports/cluster.ts';
import { responseHeaders } from './hop-headers.ts';

/** How long another node may take to be connected to and, for a request with a body, to agree to it. */
const AGREE_MS = 8_000;
/** For how long nothing may come from a node: one at work says so every five seconds, and live events are never silent for longer. */
const SILENCE_MS = 30_000;

const MISDIRECTED = 421;
const REFUSED = 403;

/**
 * How a request to another node ended: the client has its response, or is gone; the node has done nothing of it, and will not; or
 * what it did is unknown.
 */
export type Outcome = 'answered' | 'not-done' | 'unknown';

/** The dependencies of {@link Exchange}. */
export interface ExchangeDeps {
  request: IncomingMessage;
  response: ServerResponse;
  node: RemoteNode;
  outgoing: ClientRequest;
  /** The body: streamed from the request once the node agrees, these bytes, or none. */
  body: 'streamed' | Buffer | undefined;
  clock: Clock;
  log: Logger;
}

/**
 * One request to one other node. A body leaves only when the node agrees (`100 Continue`), so none of it is lost when the node
 * refuses, is not there, or ends before.
 */
export class Exchange {
  readonly #deps: ExchangeDeps;
  readonly #outcome = Promise.withResolvers<Outcome>();
  #isConnected = false;
  /** Whether the node has agreed to the body. */
  #hasAgreed = false;
  #answer: IncomingMessage | undefined;
  #timer: Timer;

  constructor(deps: ExchangeDeps) {
    this.#deps = deps;
    this.#timer = deps.clock.after(AGREE_MS, () => this.#fail(new Error('The node does not answer')));
  }

  /** Runs it to its end. */
  async run(): Promise<Outcome> {
    const { outgoing, response, body } = this.#deps;
    outgoing.once('socket', this.#onSocket).once('continue', this.#onContinue).once('response', this.#onResponse);
    outgoing.on('error', this.#fail);
    response.once('close', this.#onClientGone);
    if (body === undefined) outgoing.end();
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
      if (this.#deps.body === undefined) this.#watch(socket);
    };
    if (this.#deps.outgoing.reusedSocket) connected();
    else socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', connected);
  };

  readonly #onContinue = (): void => {
    const { outgoing, request, body } = this.#deps;
    if (body === undefined || this.#hasAgreed) return;
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
      this.#finish(outgoing.writableFinished ? 'leave' : 'destroy', 'not-done');
      return;
    }
    this.#answer = answer;
    this.#watch(outgoing.socket);
    for (const name of response.getHeaderNames()) if (name !== 'connection') response.removeHeader(name);
    response.writeHead(answer.statusCode ?? 502, responseHeaders(answer));
    pipeline(answer, response, this.#onEnd);
  };

  readonly #onEnd = (error: Error | null | undefined): void => {
    const { request, outgoing, log, node } = this.#deps;
    if (error) {
      if (!this.#isClientGone()) {
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
    if (this.#isClientGone()) this.#finish('destroy', 'answered');
  };

  readonly #fail = (error: Error): void => {
    const { outgoing, node, log } = this.#deps;
    // Too late for another response; `#onEnd` has the last word.
    if (this.#answer) {
      this.#answer.destroy(error);
      return;
    }
    log.warn({ failure: describeFailure(error), nodeId: node.nodeId }, 'a node did not answer a forwarded request');
    outgoing.destroy();
    this.#outcome.resolve(this.#isNotDone() ? 'not-done' : 'unknown');
  };

  /** Without a connection, or without its body, no request is carried out. Reading twice is harmless. */
  #isNotDone(): boolean {
    const { body, outgoing, request } = this.#deps;
    if (!this.#isConnected) return true;
    if (body !== undefined) return !this.#hasAgreed;
    // A kept connection may just have been closed by the other side.
    return outgoing.reusedSocket && /^(?:GET|HEAD)$/.test(request.method ?? '');
  }

  /** A streamed body cannot be sent again; a node that has agreed to it does not refuse it as not its own. */
  #isRefusal({ statusCode, headers }: IncomingMessage): boolean {
    const { body, node, log } = this.#deps;
    if (body === 'streamed' && this.#hasAgreed) return false;
    if (statusCode === REFUSED && headers['x-wa-refused'] !== undefined) {
      log.error(
        { nodeId: node.nodeId },
        'a node does not take this one for a node: compare their secrets or certificates, and their clocks',
      );
      return true;
    }
    return statusCode === MISDIRECTED;
  }

  #isClientGone(): boolean {
    const { response } = this.#deps;
    return response.closed && !response.writableFinished;
  }

  #finish(connection: 'leave' | 'destroy', outcome: Outcome): void {
    const { outgoing, request } = this.#deps;
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
      else this.#fail(new Error('The node fell silent'));
    });
  }
}
