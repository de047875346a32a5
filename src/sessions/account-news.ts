import { createHash } from 'node:crypto';
import type { AccountNews } from '../domain/account-news.ts';
import { SessionLostError } from '../domain/errors.ts';
import type { FurtherEvent } from '../domain/further-event.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { Clock } from '../kit/clock.ts';
import type { Supervisor } from '../kit/supervisor.ts';
import type { FurtherEvents } from '../ports/callbacks.ts';

/** What news are told with. */
interface NewsDeps {
  furtherEvents: FurtherEvents;
  supervisor: Supervisor;
  clock: Clock;
}

/** Stores news of chats and people for the webhooks that want them. Nothing waits for that, and what none wants costs nothing. */
export class NewsTeller {
  readonly #deps: NewsDeps;

  constructor(deps: NewsDeps) {
    this.#deps = deps;
  }

  tell(sessionId: SessionId, news: AccountNews): Promise<void> {
    const { furtherEvents, supervisor, clock } = this.#deps;
    const event = eventOf(sessionId, news, new Date(clock.now()).toISOString());
    if (!furtherEvents.isWanted(sessionId, event.kind)) return Promise.resolve();
    const webhookId = createHash('sha256').update(JSON.stringify(event)).digest('hex').slice(0, 32);
    const added = furtherEvents.add(sessionId, [{ event, webhookId }]).catch((error: unknown) => {
      // Whoever has the session now is told of what comes from here on.
      if (!(error instanceof SessionLostError)) throw error;
    });
    supervisor.run('storing news of chats and people', added);
    return Promise.resolve();
  }
}

function eventOf(sessionId: SessionId, news: AccountNews, timestamp: string): FurtherEvent {
  const { number, lid } = news.person;
  const common = { session_id: sessionId, timestamp, number, lid };
  switch (news.what) {
    case 'chat': {
      const { chatId: chat_id, change, mutedUntilMs, messageId: message_id } = news;
      const muted_until = typeof mutedUntilMs === 'number' ? new Date(mutedUntilMs).toISOString() : mutedUntilMs;
      return { kind: 'chat-update', body: { ...common, chat_id, change, muted_until, message_id } };
    }
    case 'contact': {
      const { change, value } = news;
      return { kind: 'contact-update', body: { ...common, change, value } };
    }
    case 'presence': {
      const { chatId: chat_id, presence, lastSeenMs } = news;
      const last_seen = lastSeenMs === null ? null : new Date(lastSeenMs).toISOString();
      return { kind: 'presence', body: { ...common, chat_id, presence, last_seen } };
    }
  }
}
