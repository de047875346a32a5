import { createHash } from 'node:crypto';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import { bounded } from '../kit/bounded.ts';
import type { Clock } from '../kit/clock.ts';
import { describeFailure } from '../kit/failure.ts';
import { newMessageId } from '../domain/outgoing.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import type { IdempotencyStore, StoredAnswer } from '../ports/storage.ts';
import { errorReply } from './errors.ts';
import type { Reply } from './route.ts';

/** A request that carries an `Idempotency-Key`. */
export interface RepeatableRequest {
  /** Where the key is valid: the same key in another scope is a different one. */
  scope: string;
  /** The header `Idempotency-Key`. */
  key: string;
  /** The parsed body, which tells a repetition from a different request. */
  body: unknown;
}

/** Handles a request. If it sends a message, it does so under this id, the same after a crash. */
type Task = (messageId: string) => Promise<Reply>;

/** What {@link Idempotency} works with. */
export interface IdempotencyDeps {
  store: IdempotencyStore;
  clock: Clock;
  random: Random;
  log: Logger;
}

/**
 * How long a response waits until it is stored. A database may be away for longer than this process lives; whoever is
 * answered repeats nothing.
 */
const STORED_WITHIN_MS = 1_000;

const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** Refusals that WhatsApp would repeat. After any other error a retry can succeed, so its answer is not stored. */
const FINAL_REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'number_not_on_whatsapp',
  'account_restricted',
  'message_refused',
]);

/** Answers a repeated request with the first answer, and never runs two requests with the same key at once. */
export class Idempotency {
  readonly #deps: IdempotencyDeps;
  /** The hashes of the requests in progress. */
  readonly #running = new Map<string, string>();

  constructor(deps: IdempotencyDeps) {
    this.#deps = deps;
  }

  /**
   * Runs `task` unless its answer is stored.
   * @throws AppError `invalid_idempotency_key`, `idempotency_in_progress`, `idempotency_mismatch`, and what `task` throws
   */
  async answer(request: RepeatableRequest, task: Task): Promise<Reply> {
    if (!PRINTABLE.test(request.key)) throw new AppError('invalid_idempotency_key');
    const name = JSON.stringify([request.scope, request.key]);
    const hash = hashOf(request.body);
    const running = this.#running.get(name);
    if (running !== undefined)
      throw new AppError(running === hash ? 'idempotency_in_progress' : 'idempotency_mismatch');
    // Set before the first await: of two simultaneous requests, the second finds the first here.
    this.#running.set(name, hash);
    let stored: Promise<void> = Promise.resolve();
    try {
      const known = await this.#repeat(request, hash);
      if (known) return known;
      const reply = await this.#first(request, hash, task);
      stored = this.#save(request, { requestHash: hash, status: reply.status, body: JSON.stringify(reply.body) });
      await bounded(stored, STORED_WITHIN_MS, this.#deps.clock);
      return reply;
    } finally {
      // Until then, nobody else would find the answer.
      void stored.then(() => this.#running.delete(name));
    }
  }

  async #repeat({ scope, key }: RepeatableRequest, hash: string): Promise<Reply | undefined> {
    const stored = await this.#deps.store.find(scope, key);
    if (stored === undefined) return undefined;
    if (stored.requestHash !== hash) throw new AppError('idempotency_mismatch');
    return {
      status: stored.status,
      body: JSON.parse(stored.body) as unknown,
      headers: { 'Idempotency-Replayed': 'true' },
    };
  }

  async #first({ scope, key }: RepeatableRequest, hash: string, task: Task): Promise<Reply> {
    const { store, random } = this.#deps;
    const fresh = { requestHash: hash, messageId: newMessageId(random) };
    const messageId = await store.reserve(scope, key, fresh);
    return task(messageId).catch(finalRefusal);
  }

  /** The message has left by now: an error would only make the caller send it again. */
  async #save({ scope, key }: RepeatableRequest, answer: StoredAnswer): Promise<void> {
    try {
      await this.#deps.store.save(scope, key, answer);
    } catch (error) {
      this.#deps.log.error(
        { failure: describeFailure(error), scope },
        'the answer to an idempotent request could not be stored',
      );
    }
  }
}

function finalRefusal(error: unknown): Reply {
  if (error instanceof AppError && FINAL_REFUSALS.has(error.code)) return errorReply(error);
  throw error;
}

function hashOf(body: unknown): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex');
}
