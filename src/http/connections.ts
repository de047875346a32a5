import { type IncomingMessage, type RequestListener, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import { errorReply } from './errors.ts';
import { isFromCaller } from './request-context.ts';

/** The error for each of Node's codes; other codes are `malformed_request`. */
const CODE_OF: Partial<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

/** How many requests of one connection may wait for the response to an earlier one. Hardly any client sends a second. */
const MAX_WAITING = 16;
/** How many connections may be open on which no caller with access has called yet. */
const MAX_STRANGERS = 500;
/** How long the rest of a request may still arrive after its response, so that the client gets to see that. */
const LINGER_MS = 2_000;

/** The dependencies of {@link Connections}. */
export interface ConnectionsDeps {
  respond: RequestListener;
  clock: Clock;
  log: Logger;
  /** How long a client may leave a response unread. */
  unreadMs: number;
  maxStrangers?: number;
}

/** A request that waits for its turn on its connection. */
type Waiting = [req: IncomingMessage, res: ServerResponse];

/**
 * Tracks responses in flight, refuses what is not HTTP with the usual error body, and limits what a connection can hold: its
 * requests are handled one after the other, and a client has to read.
 */
export class Connections {
  readonly #deps: ConnectionsDeps;
  readonly #log: Logger;
  /** The connections on which no caller with access has called yet, the oldest first. */
  readonly #strangers = new Set<Socket>();
  /** The connections on which a request is being handled, with those that follow it. */
  readonly #waiting = new WeakMap<Socket, Waiting[]>();
  readonly #inFlight = new Set<ServerResponse>();
  readonly #drained = Promise.withResolvers<undefined>();
  #draining = false;

  constructor(deps: ConnectionsDeps) {
    this.#deps = deps;
    this.#log = deps.log;
  }

  /** Takes a new connection. Newcomers always get in: too many strangers cost the oldest of them its connection. */
  readonly opened = (socket: Socket): void => {
    this.#strangers.add(socket);
    socket.once('close', () => this.#strangers.delete(socket));
    if (this.#strangers.size > (this.#deps.maxStrangers ?? MAX_STRANGERS)) this.#closeOldestStranger();
  };

  /** Takes a connection whose handshake is over, in place of the one below it. */
  readonly secured = (socket: Socket): void => {
    const below = [...this.#strangers].find((other) => isSamePeer(other, socket));
    if (below) this.#strangers.delete(below);
    this.opened(socket);
  };

  /** Handles a request, after those that came before it on its connection. */
  readonly listener: RequestListener = (req, res) => {
    const { socket } = req;
    const waiting = this.#waiting.get(socket);
    if (waiting === undefined) {
      this.#waiting.set(socket, []);
      this.#handle(req, res);
    } else if (waiting.length < MAX_WAITING) {
      waiting.push([req, res]);
    } else {
      this.#disconnect(socket, 'a connection sends more requests at once than any client');
    }
  };

  /** Closes a connection on which nothing has moved for a while, unless it is the server that it waits for. */
  readonly idle = (socket: Socket): void => {
    const isAnswering = this.#waiting.has(socket);
    if (isAnswering && socket.writableLength === 0) socket.setTimeout(this.#deps.unreadMs);
    else if (isAnswering) this.#disconnect(socket, 'a client does not read its response');
    else socket.destroy();
  };

  /** Refuses bytes that Node could not parse as a request, and closes the connection. */
  readonly refuse = (error: NodeJS.ErrnoException, socket: Duplex): void => {
    const code = CODE_OF[error.code ?? ''] ?? 'malformed_request';
    this.#log.debug({ code, reason: error.code }, 'a connection sent an invalid request');
    const unanswered = [...this.#inFlight].find((res) => res.socket === socket);
    if (unanswered?.req.complete === true) {
      // A complete request came first and may be sending a message: it is answered, what follows it is not.
      closeAfterwards(unanswered);
    } else if (socket.writable && unanswered?.headersSent !== true) {
      socket.end(rawResponse(new AppError(code)), () => socket.destroy());
    } else {
      socket.destroy();
    }
  };

  /** Closes each connection after its current response. Resolves when no response is in flight. */
  drain(): Promise<undefined> {
    this.#draining = true;
    this.#inFlight.forEach(closeAfterwards);
    if (this.#inFlight.size === 0) this.#drained.resolve(undefined);
    return this.#drained.promise;
  }

  #handle(req: IncomingMessage, res: ServerResponse): void {
    this.#inFlight.add(res);
    res.on('close', () => this.#ended(req, res));
    if (this.#draining) res.setHeader('Connection', 'close');
    this.#deps.respond(req, res);
  }

  /** A response that came before the end of its request, a refusal, needs no rest of it. */
  #endUpload(req: IncomingMessage): void {
    if (req.complete) return;
    const timer = this.#deps.clock.after(LINGER_MS, () => req.socket.destroy());
    req.once('close', () => timer.cancel());
  }

  #closeOldestStranger(): void {
    const callers = new Set([...this.#inFlight].filter(isFromCaller).map(({ req }) => req.socket));
    const oldest = [...this.#strangers].find((socket) => !callers.has(socket));
    if (oldest) this.#disconnect(oldest, 'too many connections without a caller: the oldest is closed');
  }

  #disconnect(socket: Socket, why: string): void {
    if (socket.destroyed) return;
    this.#log.info({ address: socket.remoteAddress }, why);
    socket.destroy();
  }

  #ended(req: IncomingMessage, res: ServerResponse): void {
    const { socket } = req;
    if (res.writableFinished) this.#endUpload(req);
    if (isFromCaller(res)) this.#strangers.delete(socket);
    const next = socket.writable ? this.#waiting.get(socket)?.shift() : undefined;
    if (next) this.#handle(...next);
    else this.#waiting.delete(socket);
    this.#inFlight.delete(res);
    if (this.#draining && this.#inFlight.size === 0) this.#drained.resolve(undefined);
  }
}

function isSamePeer(one: Socket, other: Socket): boolean {
  return one.remotePort === other.remotePort && one.remoteAddress === other.remoteAddress;
}

function closeAfterwards(res: ServerResponse): void {
  if (!res.headersSent) res.setHeader('Connection', 'close');
}

function rawResponse(error: AppError): string {
  const { status, body } = errorReply(error);
  const json = JSON.stringify(body);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(json)}`,
    'Cache-Control: no-store',
    'Connection: close',
    '',
    json,
  ].join('\r\n');
}
