import type { WASocket } from '@whiskeysockets/baileys';
import type { Clock } from '../../kit/clock.ts';
import { AppError, type ErrorCode } from '../../domain/errors.ts';
import { canSend } from '../baileys/handshake.ts';

/**
 * Shorter than Baileys' own limit of 30 s, after which it reports most queries as successful or empty; and shorter than
 * the shutdown waits for an answer to a caller.
 */
const ANSWER_LIMIT_MS = 12_000;

/** What WhatsApp's codes mean for one query, where that differs from what they mean for all. */
export type Refusals = Readonly<Partial<Record<number, ErrorCode>>>;

/** Dependencies of {@link Queries}. */
export interface QueriesDeps {
  /** Returns the socket of the connection. @throws AppError `session_not_connected` */
  socket: () => WASocket;
  /** Runs work as this connection's, so that its exceptions are attributed to it. */
  withinConnection: <Result>(work: () => Result) => Result;
  clock: Clock;
}

/**
 * Queries WhatsApp over one connection. The caller gets the answer, or a failure with a name: WhatsApp's refusal
 * (Baileys has its code in `data`), no answer in time, or the end of the connection.
 */
export class Queries {
  readonly #deps: QueriesDeps;
  readonly #waiting = new Set<(error: AppError) => void>();

  constructor(deps: QueriesDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves with the answer to a question, which may take more than one query.
   * @throws AppError `whatsapp_timeout`, `session_not_connected`, `rate_limited`, `not_allowed`, `whatsapp_refused`,
   *   and those of `refusals`
   */
  async ask<Answer>(question: (socket: WASocket) => Promise<Answer>, refusals: Refusals = {}): Promise<Answer> {
    const { socket, withinConnection, clock } = this.#deps;
    const open = socket();
    if (!canSend(open)) throw new AppError('session_not_connected');
    const { promise: failure, reject } = Promise.withResolvers<never>();
    const limit = clock.after(ANSWER_LIMIT_MS, () => reject(new AppError('whatsapp_timeout')));
    this.#waiting.add(reject);
    try {
      return await Promise.race([withinConnection(() => question(open)), failure]);
    } catch (error) {
      throw named(error, refusals);
    } finally {
      limit.cancel();
      this.#waiting.delete(reject);
    }
  }

  /** Rejects everything that still waits. Call it when the connection is over. */
  release(): void {
    for (const reject of this.#waiting) reject(new AppError('session_not_connected'));
  }
}

function named(error: unknown, refusals: Refusals): unknown {
  if (error instanceof AppError) return error;
  const { data, output } = (error ?? {}) as { data?: unknown; output?: { statusCode?: number } };
  if (output?.statusCode === CONNECTION_CLOSED) return new AppError('session_not_connected', { cause: error });
  if (typeof data !== 'number') return error;
  const code = refusals[data] ?? MEANINGS[data];
  if (code === undefined) return new AppError('whatsapp_refused', { message: refusedWith(data), cause: error });
  return new AppError(code, { cause: error, ...(code === 'rate_limited' && { message: TOO_MUCH }) });
}

/** Baileys' code for a closed socket. */
const CONNECTION_CLOSED = 428;

const MEANINGS: Refusals = { 401: 'not_allowed', 403: 'not_allowed', 405: 'not_allowed', 429: 'rate_limited' };

const TOO_MUCH = 'WhatsApp accepts no more requests of this kind for now; try again later.';

function refusedWith(code: number): string {
  return `WhatsApp refused the request (${code}).`;
}
