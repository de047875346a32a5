import { AppError } from '../../domain/errors.ts';
import { cappedForMs } from '../../domain/new-chat-cap.ts';
import type { SessionId } from '../../domain/session-id.ts';
import type { SessionRecord } from '../../domain/session.ts';
import type { Clock } from '../../kit/clock.ts';
import type { ConversationStore } from '../../ports/storage.ts';
import { newConversationLimit, type NewConversationSettings, rulesFor } from './warm-up.ts';

const DAY_MS = 24 * 3600_000;

/** Dependencies of {@link NewConversations}. */
export interface NewConversationsDeps {
  store: ConversationStore;
  limits: NewConversationSettings;
  clock: Clock;
}

/**
 * Limits how many conversations with strangers a session starts, which is what accounts are restricted and banned for.
 * Anybody who has written to the session, or was written to before, is no stranger.
 */
export class NewConversations {
  readonly #deps: NewConversationsDeps;

  constructor(deps: NewConversationsDeps) {
    this.#deps = deps;
  }

  /**
   * Checks whether a message to `peer` (a number, or a JID if there is none) may be sent.
   * @throws AppError `account_restricted` while WhatsApp allows no new conversations, `rate_limited` when the day's budget is spent
   */
  async allow(record: SessionRecord, peer: string): Promise<void> {
    const { store, limits, clock } = this.#deps;
    const { sessionId, restrictedUntilMs, newChatCap } = record;
    const now = clock.now();
    const restrictedMs = Math.max((restrictedUntilMs ?? 0) - now, cappedForMs(newChatCap, now));
    const { limit, by } = newConversationLimit(rulesFor(limits, record.profile), now - record.createdAtMs);
    if ((restrictedMs <= 0 && limit === 0) || (await store.isKnown(sessionId, peer))) return;
    if (restrictedMs > 0) throw new AppError('account_restricted', { retryAfterMs: restrictedMs });
    const { count, oldestMs } = await store.begunSince(sessionId, now - DAY_MS);
    if (count < limit) return;
    throw new AppError('rate_limited', {
      message: `This session started ${count} new conversations within a day (${by === 'warm-up' ? 'WARM_UP' : 'NEW_CONVERSATIONS_DAY'}); try again later.`,
      retryAfterMs: (oldestMs ?? now) + DAY_MS - now,
    });
  }

  /** Whether there was a conversation with `peer` before. */
  isKnown(sessionId: SessionId, peer: string): Promise<boolean> {
    return this.#deps.store.isKnown(sessionId, peer);
  }

  /** WhatsApp accepted a message to `peer`. */
  begun(record: SessionRecord, peer: string): Promise<void> {
    return this.#deps.store.begun(record.sessionId, peer);
  }
}
