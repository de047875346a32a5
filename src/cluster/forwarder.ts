import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../domain/errors.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Forwarder, Forwarding, RemoteNode } from '../ports/cluster.ts';
import { Exchange } from './exchange.ts';
import { hasBody, requestHeaders } from './hop-headers.ts';
import { KEPT_CONNECTIONS, type PeerClient } from './peer-client.ts';
import { ONLY_READS } from './peer-proof.ts';
import type { OwnershipDirectory } from './session-directory.ts';

const RETRY_AFTER_MS = 2_000;
/** How long a request waits for an owner that can be reached: longer than a handover takes, and shorter than clients wait. */
const WAIT_MS = 10_000;

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
    { sessionId, owner, json, waitMs = WAIT_MS }: Forwarding,
  ): Promise<'answered' | 'this-node'> {
    const { directory, clock } = this.#deps;
    const body = json === undefined ? undefined : Buffer.from(JSON.stringify(json));
    const endMs = clock.monotonic() + waitMs;
    let node = owner;
    for (let isRepeated = false; ;) {
      const outcome = await this.#exchange(request, response, node, body);
      if (outcome === 'answered') return 'answered';
      directory.forget(sessionId);
      if (isRepeated && outcome === 'not-taken') throw new AppError('session_moving', { retryAfterMs: RETRY_AFTER_MS });
      // A run of a node that is out of reach gets a second chance, and after that it is waited for the next owner.
      const next = await directory.ownerOf(sessionId, endMs - clock.monotonic(), isRepeated ? node : undefined);
      if (next.kind === 'this-node') return 'this-node';
      isRepeated = outcome === 'not-taken' || next.incarnation === node.incarnation;
      node = next;
    }
  }

  /** @throws AppError `owner_unreachable` */
  async #exchange(request: IncomingMessage, response: ServerResponse, node: RemoteNode, json?: Buffer) {
    const { client, clock, log } = this.#deps;
    const { method, url } = lineOf(request);
    const requestId = String(response.getHeader('X-Request-Id') ?? '');
    const body = json ?? (hasBody(request) ? ('streamed' as const) : undefined);
    const isChange = !ONLY_READS.test(method);
    const waits = body !== undefined || isChange;
    const headers = requestHeaders(request, requestId, { json, isEmptyChange: isChange && body === undefined });
    for (let stale = 0; !response.closed; stale += 1) {
      const outgoing = client.open(node, { method, url, headers, waits });
      const outcome = await new Exchange({ request, response, node, outgoing, waits, body, clock, log }).run();
      if (outcome === 'unknown') throw new AppError('owner_unreachable');
      if (outcome !== 'stale') return outcome;
      if (stale === KEPT_CONNECTIONS) return 'unreachable';
    }
    return 'answered';
  }
}

/** Node's types allow for requests without them. */
function lineOf({ method = 'GET', url = '/' }: IncomingMessage): { method: string; url: string } {
  return { method, url };
}
