import { createServer, request, type RequestListener, type Server } from 'node:http';
import { duplexPair } from 'node:stream';
import { TOOL_HEADER } from '../audit.ts';
import type { RestAnswer, RestRequest } from './rest.ts';

/** On whose behalf a request is made. */
export interface Behalf {
  /** `Authorization` or `X-API-Key`, and the request id. */
  headers: Record<string, string>;
  /** The address of the caller, which limits count. */
  address: string | undefined;
}

/** The REST interface, asked within the process: by HTTP, over a pair of streams, so that every rule of it holds. */
export class InnerServer {
  readonly #server: Server;

  constructor(app: RequestListener) {
    this.#server = createServer(app);
  }

  /** Sends a request of a tool. Resolves with the answer, refusals included. */
  ask({ tool, method, path, body, idempotencyKey }: RestRequest, { headers, address }: Behalf): Promise<RestAnswer> {
    const [near, far] = duplexPair();
    Object.defineProperty(far, 'remoteAddress', { value: address });
    this.#server.emit('connection', far);
    return new Promise((resolve, reject) => {
      const sent = request({
        ...{ method, path, host: 'localhost', createConnection: () => near },
        headers: {
          ...headers,
          ...{ [TOOL_HEADER]: tool, 'Content-Type': 'application/json', Connection: 'close' },
          ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
        },
      });
      sent.once('error', reject).once('response', (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece)).once('error', reject);
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body: jsonOf(Buffer.concat(pieces)) }));
      });
      sent.end(body && JSON.stringify(body));
    });
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
