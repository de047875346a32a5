import type { Caller } from './access/caller.ts';
import { AppError } from '../domain/errors.ts';
import { recipientText } from '../domain/address.ts';
import { type Draft, DRAFT_TTL_MS } from '../domain/draft.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { DraftStore } from '../ports/drafts.ts';
import type { Clock } from '../kit/clock.ts';
import { ID_ALPHABET, type Random } from '../kit/random.ts';
import { newMessageId } from '../domain/outgoing.ts';
import type { RequestedMessage } from './schemas/message-schemas.ts';

/** So many of one key wait at most. */
const MAX_WAITING = 100;
/** A send takes less: whoever approved has died meanwhile. */
const GIVEN_UP_MS = 5 * 60_000;
const ID_LENGTH = 16;

/** The dependencies of {@link Drafts}. */
export interface DraftsDeps {
  store: DraftStore;
  clock: Clock;
  random: Random;
}

/** A message that waits for a person, with the id under which it will be sent. */
export type DraftMessage = RequestedMessage & { messageId: string };

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
   * @throws AppError `too_many_drafts`, `invalid_file` for a file that comes with the request
   */
  async write(caller: Caller, sessionId: SessionId, message: RequestedMessage): Promise<DraftMessage & { id: string }> {
    const { store, clock, random } = this.#deps;
    if ('file' in message.content && !('url' in message.content.file)) {
      throw new AppError('invalid_file', {
        message: 'A message that a person must approve takes its file from a URL.',
      });
    }
    const id = `draft_${random.text(ID_LENGTH, ID_ALPHABET)}`;
    const whole = { ...message, messageId: message.messageId ?? newMessageId(random) };
    const atMs = clock.now();
    const draft = {
      ...{ id, sessionId, keyId: caller.id, message: JSON.stringify(whole), state: 'waiting' as const },
      ...{ createdAtMs: atMs, changedAtMs: atMs },
    };
    if (!(await store.add(draft, MAX_WAITING))) throw new AppError('too_many_drafts');
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
    return result;
  }

  /** Discards a draft. @throws AppError `draft_not_found`, `draft_decided` */
  async discard(id: string): Promise<void> {
    await this.find(id);
    if (!(await this.#move(id, 'waiting', 'discarded'))) throw new AppError('draft_decided');
  }

  async #take(id: string): Promise<boolean> {
    if (await this.#move(id, 'waiting', 'sending')) return true;
    const atMs = this.#deps.clock.now();
    return this.#deps.store.change(id, { from: 'sending', to: 'sending', atMs, unchangedSinceMs: atMs - GIVEN_UP_MS });
  }

  #move(id: string, from: Draft['state'], to: Draft['state']): Promise<boolean> {
    return this.#deps.store.change(id, { from, to, atMs: this.#deps.clock.now() });
  }

  #sinceMs(): number {
    return this.#deps.clock.now() - DRAFT_TTL_MS;
  }
}

/** The message of a draft. */
export function messageOf({ message }: Draft): DraftMessage {
  return JSON.parse(message, withBytes) as DraftMessage;
}

/** A thumbnail, as Node writes bytes in JSON. */
function withBytes(key: string, value: unknown): unknown {
  if (key !== 'thumbnail' || value === null) return value;
  return Buffer.from((value as ReturnType<Buffer['toJSON']>).data);
}

/** Whom a draft is for, as text; `null` for an action on an earlier message. */
export function recipientIn({ to }: Pick<RequestedMessage, 'to'>): string | null {
  return to && recipientText(to);
}
