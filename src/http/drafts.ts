import type { Caller } from './access/caller.ts';
import { AppError, SessionLostError } from '../domain/errors.ts';
import { type Draft, DRAFT_TTL_MS } from '../domain/draft.ts';
import type { DraftFields } from '../domain/draft-event.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { DraftStore } from '../ports/drafts.ts';
import type { FurtherEvents } from '../ports/callbacks.ts';
import { type Clock, isoTime } from '../kit/clock.ts';
import { describeFailure } from '../kit/failure.ts';
import type { Logger } from '../kit/logger.ts';
import { ID_ALPHABET, type Random } from '../kit/random.ts';
import { newMessageId } from '../domain/outgoing.ts';
import type { RequestedMessage } from './schemas/message-schemas.ts';
import { type DraftMessage, messageOf, shownMessage, storedMessage } from './stored-draft.ts';

/** So many of one key wait at most. */
const MAX_WAITING = 100;
/** A send takes less: whoever approved has died meanwhile. */
const GIVEN_UP_MS = 5 * 60_000;
const ID_LENGTH = 16;

/** The dependencies of {@link Drafts}. */
export interface DraftsDeps {
  store: DraftStore;
  /** Tells the webhooks that name them. */
  furtherEvents: FurtherEvents;
  clock: Clock;
  random: Random;
  log: Logger;
}

/** Expired drafts are looked at in such pieces. */
const PIECE = 100;

/** A message for a draft: as it came, and as it was understood. */
interface Written {
  requested: unknown;
  message: RequestedMessage;
}

/** The messages of keys with `approval`: they wait until a person approves or discards them. */
export class Drafts {
  readonly #deps: DraftsDeps;

  constructor(deps: DraftsDeps) {
    this.#deps = deps;
  }

  /** Whether what this caller sends becomes a draft. */
  static areFor({ limits }: Caller): boolean {
    return limits?.approval === true;
  }

  /**
   * Stores a message as a draft.
   * @throws AppError `too_many_drafts`, `body_too_large`, `invalid_file` for a file that comes with the request
   */
  async write(
    caller: Caller,
    sessionId: SessionId,
    { requested, message }: Written,
  ): Promise<DraftMessage & { id: string }> {
    const { store, clock, random } = this.#deps;
    if ('file' in message.content && !('url' in message.content.file)) {
      throw new AppError('invalid_file', {
        message: 'A message that a person must approve takes its file from a URL.',
      });
    }
    const id = `draft_${random.text(ID_LENGTH, ID_ALPHABET)}`;
    const whole = { ...message, messageId: message.ownId ?? message.messageId ?? newMessageId(random) };
    const atMs = clock.now();
    const draft = {
      ...{ id, sessionId, keyId: caller.id, message: storedMessage(requested, whole), state: 'waiting' as const },
      ...{ createdAtMs: atMs, changedAtMs: atMs },
    };
    if (!(await store.add(draft, MAX_WAITING))) throw new AppError('too_many_drafts');
    await this.#tell(draft, 'waiting');
    return { ...whole, id };
  }

  /** The drafts that the caller may see, the oldest first; a key with `approval` sees its own. */
  list(caller: Caller, state: Draft['state'] | undefined, limit: number): Promise<Draft[]> {
    const keyId = caller.limits ? caller.id : undefined;
    return this.#deps.store.list(
      { sessions: caller.sessions ?? undefined, keyId, state, sinceMs: this.#sinceMs() },
      limit,
    );
  }

  /** A draft that has not expired. @throws AppError `draft_not_found` */
  async find(id: string): Promise<Draft> {
    const draft = await this.#deps.store.find(id);
    if (!draft || draft.createdAtMs <= this.#sinceMs()) throw new AppError('draft_not_found');
    return draft;
  }

  /**
   * Sends a draft. When that fails it waits again, under the same message id.
   * @throws AppError `draft_not_found`, `draft_decided`, and what `send` throws
   */
  async approve<Result>(id: string, send: (message: DraftMessage) => Promise<Result>): Promise<Result> {
    const draft = await this.find(id);
    if (!(await this.#take(id))) throw new AppError('draft_decided');
    let result: Result;
    try {
      result = await send(messageOf(draft));
    } catch (error) {
      await this.#move(id, 'sending', 'waiting');
      throw error;
    }
    await this.#move(id, 'sending', 'sent');
    await this.#tell(draft, 'sent');
    return result;
  }

  /** Discards a draft. @throws AppError `draft_not_found`, `draft_decided` */
  async discard(id: string): Promise<void> {
    const draft = await this.find(id);
    if (!(await this.#move(id, 'waiting', 'discarded'))) throw new AppError('draft_decided');
    await this.#tell(draft, 'discarded');
  }

  /**
   * Tells of those that have expired while they waited. Of several nodes, that of the session tells.
   * Ends early when `signal` is aborted.
   */
  async expire(signal: AbortSignal): Promise<void> {
    const { store } = this.#deps;
    for (const draft of await store.list({ state: 'waiting', sinceMs: 0 }, PIECE)) {
      if (signal.aborted || draft.createdAtMs > this.#sinceMs()) return;
      if (await this.#tell(draft, 'expired')) await this.#move(draft.id, 'waiting', 'discarded');
    }
  }

  async #take(id: string): Promise<boolean> {
    if (await this.#move(id, 'waiting', 'sending')) return true;
    const atMs = this.#deps.clock.now();
    return this.#deps.store.change(id, { from: 'sending', to: 'sending', atMs, unchangedSinceMs: atMs - GIVEN_UP_MS });
  }

  #move(id: string, from: Draft['state'], to: Draft['state']): Promise<boolean> {
    return this.#deps.store.change(id, { from, to, atMs: this.#deps.clock.now() });
  }

  /** Returns whether it is told, or need not be. A draft counts also where its event cannot be stored. */
  async #tell(draft: Draft, state: DraftFields['state']): Promise<boolean> {
    const { furtherEvents, clock, log } = this.#deps;
    const { id, sessionId } = draft;
    if (!furtherEvents.isWanted(sessionId, 'draft')) return true;
    const body = { session_id: sessionId, timestamp: isoTime(clock.now()), ...fieldsOf(draft, state) };
    try {
      await furtherEvents.add(sessionId, [{ event: { kind: 'draft', body }, webhookId: `${id}_${state}` }]);
      return true;
    } catch (error) {
      // Of several nodes, that of the session tells.
      if (!(error instanceof SessionLostError)) {
        log.warn({ draftId: id, state, failure: describeFailure(error) }, 'the event of a draft could not be stored');
      }
      return false;
    }
  }

  #sinceMs(): number {
    return this.#deps.clock.now() - DRAFT_TTL_MS;
  }
}

function fieldsOf(draft: Draft, state: DraftFields['state']): DraftFields {
  const { to, messageId, content } = shownMessage(draft);
  return {
    ...{ draft_id: draft.id, key_id: draft.keyId, state, to, message_id: messageId },
    ...{ content: state === 'waiting' ? content : null, expires_at: isoTime(draft.createdAtMs + DRAFT_TTL_MS) },
  };
}
