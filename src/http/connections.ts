import { type RequestListener, type ServerResponse, STATUS_CODES } from 'node:http';
import { type Duplex } from 'node:stream';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import { type Logger } from '../kit/logger.ts';
import { errorReply } from './errors.ts';

/** The error for each of Node's codes; other codes are `malformed_request`. */
const CODE_OF: Partial<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

/** Tracks responses in flight, and refuses what is not HTTP with the usual error body. */
export class Connections {
  readonly #respond: RequestListener;
  readonly #log: Logger;
  readonly #inFlight = new Set<ServerResponse>();
  readonly #drained = Promise.withResolvers<undefined>();
  #draining = false;

  constructor(respond: RequestListener, log: Logger) {
    this.#respond = respond;
    this.#log = log;
  }

  /** Handles a request. */
  readonly listener: RequestListener = (req, res) => {
    this.#inFlight.add(res);
    res.on('close', () => this.#ended(res));
    if (this.#draining) res.setHeader('Connection', 'close');
    this.#respond(req, res);
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

  #ended(res: ServerResponse): void {
    this.#inFlight.delete(res);
    if (this.#draining && this.#inFlight.size === 0) this.#drained.resolve(undefined);
  }
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
