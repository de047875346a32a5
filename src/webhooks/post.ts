import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../kit/clock.ts';
import { type DeliveryOutcome, parseRetryAfter, type Receiver } from './retry-policy.ts';

const MAX_RESPONSE_BYTES = 64 * 1024;

/** What an exchange needs besides its request. */
interface Exchange {
  clock: Clock;
  timeoutMs: number;
  /** Called when there is a connection: from then on, something may arrive. */
  connected: () => void;
}

/** The response broke off, is too long, or is none at all. */
class BadAnswerError extends Error {
  override readonly name = 'BadAnswerError';
}

/** No complete response came in time. */
class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** What is posted, and where to. */
export interface Posting {
  /** Called for each attempt; what it throws counts as a receiver that cannot be reached. */
  target: () => RequestOptions;
  headers: Readonly<Record<string, string>>;
  /** JSON. */
  body: string;
  /** For the whole exchange, from the DNS lookup to the last byte of the response. */
  timeoutMs: number;
  /** The main backend by default. */
  receiver?: Receiver;
}

/**
 * Posts over HTTP. Redirects are not followed. Only the status of a response counts: its body is read to the end, at most 64 KiB
 * of it, and discarded. Never rejects for what the network or the receiver does.
 * Uses Node's own client, not axios: see ADR 14.
 */
export async function post(posting: Posting, clock: Clock): Promise<DeliveryOutcome> {
  const { target, headers, body, timeoutMs, receiver = 'the backend' } = posting;
  const bytes = Buffer.from(body);
  let hasConnected = false;
  const connected = (): void => {
    hasConnected = true;
  };
  try {
    const options = { ...target(), method: 'POST', headers: { ...headers, 'content-length': bytes.byteLength } };
    return outcomeOf(await exchange(options, bytes, { clock, timeoutMs, connected }), clock.now());
  } catch (error) {
    return unreachable(error, hasConnected, receiver);
  }
}

/** Resolves with the response when its body has been read to the end. */
function exchange(
  options: RequestOptions,
  body: Buffer,
  { clock, timeoutMs, connected }: Exchange,
): Promise<IncomingMessage> {
  const { request } = options.protocol === 'https:' ? https : http;
  return new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(options, (response) => {
      let bytes = 0;
      response.on('data', (piece: Buffer) => {
        bytes += piece.byteLength;
        if (bytes > MAX_RESPONSE_BYTES) outgoing.destroy(new BadAnswerError());
      });
      response.on('end', () => settle(() => resolve(response)));
      response.on('error', (cause) => {
        const error = outgoing.errored ?? new BadAnswerError('The response broke off', { cause });
        settle(() => reject(error));
      });
    });
    onConnected(outgoing, connected);
    const deadline = clock.after(timeoutMs, () => outgoing.destroy(new DeadlineError()));
    const settle = (how: () => void): void => {
      deadline.cancel();
      how();
    };
    outgoing.on('error', (error) => settle(() => reject(error)));
    // Without a listener, Node ends the request with neither an answer nor an error, and this would never settle.
    outgoing.on('upgrade', (_answer, socket) => {
      socket.destroy();
      settle(() => reject(new BadAnswerError()));
    });
    outgoing.end(body);
  });
}

/** Calls `connected` once nothing but the backend can fail: not our own lack of file descriptors, nor the way to it. */
function onConnected(outgoing: ClientRequest, connected: () => void): void {
  outgoing.once('socket', (socket) => {
    if (outgoing.reusedSocket) connected();
    else socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', connected);
  });
}

/** A date in `Retry-After` is by the backend's clock, which `Date` tells: ours may be wrong. */
function outcomeOf({ statusCode = 0, headers }: IncomingMessage, nowMs: number): DeliveryOutcome {
  if (statusCode >= 200 && statusCode < 300) return { kind: 'accepted' };
  const backendMs = Date.parse(headers.date ?? '');
  const retryAfterMs = parseRetryAfter(headers['retry-after'], Number.isNaN(backendMs) ? nowMs : backendMs);
  return { kind: 'refused', status: statusCode, retryAfterMs };
}

/** Reports codes only: the message of a foreign error may repeat a URL with its password, or a header. */
function unreachable(error: unknown, maybeArrived: boolean, receiver: Receiver): DeliveryOutcome {
  const { code = 'no code' } = (error ?? {}) as NodeJS.ErrnoException;
  return { kind: 'unreachable', detail: `${receiver} ${detailOf(error, code)}`, maybeArrived };
}

function detailOf(error: unknown, code: string): string {
  if (error instanceof DeadlineError) return 'did not answer in time';
  if (error instanceof BadAnswerError) return 'did not send a complete answer of at most 64 KiB';
  return `is not reachable (${code})`;
}
