import { type RequestListener, type ServerResponse, STATUS_CODES } from 'node:http';
import { type Duplex } from 'node:stream';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import { type Logger } from '../kit/logger.ts';
import { errorReply } from './errors.ts';

/** Node's codes for a request that never becomes one. */
const CODE_OF: Partial<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

/** Keeps track of the answers in the making, and answers what is no HTTP in the shape of all refusals. */
export class Connections {
  readonly #answer: RequestListener;
  readonly #log: Logger;
  readonly #inFlight = new Set<ServerResponse>();
  readonly #drained = Promise.withResolvers<undefined>();
  #draining = false;

  constructor(answer: RequestListener, log: Logger) {
    this.#answer = answer;
    this.#log = log;
  }

  /** Answers a request. */
  readonly listener: RequestListener = (req, res) => {
    this.#inFlight.add(res);
    res.on('close', () => this.#ended(res));
    if (this.#draining) res.setHeader('Connection', 'close');
    this.#answer(req, res);
  };

  /** Answers what Node could not read as a request, and closes. */
  readonly refuse = (error: NodeJS.ErrnoException, socket: Duplex): void => {
    const code = CODE_OF[error.code ?? ''] ?? 'malformed_request';
    this.#log.debug({ code, reason: error.code }, 'a connection brought no valid request');
    const unanswered = [...this.#inFlight].find((res) => res.socket === socket);
    if (unanswered?.req.complete === true) {
      // A whole request came first, and may be sending a message: it gets its answer, the rest does not.
      closeAfterwards(unanswered);
    } else if (socket.writable && unanswered?.headersSent !== true) {
      socket.end(rawAnswer(new AppError(code)), () => socket.destroy());
    } else {
      socket.destroy();
    }
  };

  /** Closes each connection after its next answer. Resolves when no answer is in the making. */
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

function rawAnswer(error: AppError): string {
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
