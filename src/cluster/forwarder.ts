import { type IncomingMessage, type ServerResponse } from 'node:http';
import { AppError } from '../domain/errors.ts';
import { type Clock } from '../kit/clock.ts';
import { type Logger } from '../kit/logger.ts';
import { type Forwarder, type Forwarding, type RemoteNode } from '../ports/cluster.ts';
import { Exchange, type Outcome } from './exchange.ts';
import { hasBody, requestHeaders } from './hop-headers.ts';
import { type PeerClient } from './peer-client.ts';
import { type OwnershipDirectory } from './session-directory.ts';

const RETRY_AFTER_MS = 2_000;

/** The dependencies of {@link PeerForwarder}. */
export interface PeerForwarderDeps {
  directory: Pick<OwnershipDirectory, 'ownerOf' | 'forget'>;
  client: Pick<PeerClient, 'open'>;
  clock: Clock;
  log: Logger;
}

/** Forwards requests to the internal ports of their sessions' owners. */
export class PeerForwarder implements Forwarder {
  readonly #deps: PeerForwarderDeps;

  constructor(deps: PeerForwarderDeps) {
    this.#deps = deps;
  }

  async forward(
    request: IncomingMessage,
    response: ServerResponse,
    { sessionId, owner, json, waitMs }: Forwarding,
  ): Promise<'answered' | 'this-node'> {
    const { directory } = this.#deps;
    const body = json === undefined ? undefined : Buffer.from(JSON.stringify(json));
    if ((await this.#exchange(request, response, owner, body)) === 'answered') return 'answered';
    directory.forget(sessionId);
    const next = await directory.ownerOf(sessionId, waitMs);
    if (next.kind === 'this-node') return 'this-node';
    if ((await this.#exchange(request, response, next, body)) === 'answered') return 'answered';
    directory.forget(sessionId);
    throw new AppError('session_moving', { retryAfterMs: RETRY_AFTER_MS });
  }

  /** @throws AppError `owner_unreachable` */
  async #exchange(request: IncomingMessage, response: ServerResponse, node: RemoteNode, json?: Buffer) {
    if (response.closed) return 'answered';
    const { client, clock, log } = this.#deps;
    const { method = 'GET', url = '/' } = request;
    const requestId = String(response.getHeader('X-Request-Id') ?? '');
    const body = json ?? (hasBody(request) ? ('streamed' as const) : undefined);
    const headers = requestHeaders(request, requestId, json);
    const outgoing = client.open(node, { method, url, headers, waits: body !== undefined });
    const outcome: Outcome = await new Exchange({ request, response, node, outgoing, body, clock, log }).run();
    if (outcome === 'unknown') throw new AppError('owner_unreachable');
    return outcome;
  }
}
