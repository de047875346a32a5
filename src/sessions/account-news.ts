import { createHash } from 'node:crypto';
import type { AccountNews } from '../domain/account-news.ts';
import { SessionLostError } from '../domain/errors.ts';
import type { FurtherEvent } from '../domain/further-event.ts';
import type { LabelChange } from '../domain/label.ts';
import { type Person, NOBODY } from '../domain/person.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { Clock } from '../kit/clock.ts';
import type { Supervisor } from '../kit/supervisor.ts';
import type { FurtherEvents } from '../ports/callbacks.ts';
import type { Connector } from '../ports/connection.ts';
import type { LabelStore } from '../ports/labels.ts';

/** What news are told with. */
interface NewsDeps {
  labels: Pick<LabelStore, 'learn'>;
  connector: Pick<Connector, 'personOf'>;
  furtherEvents: FurtherEvents;
  supervisor: Supervisor;
  clock: Clock;
}

type LabelsNews = Extract<AccountNews, { what: 'labels' }>;

/** More is nothing that a person does at once. What is beyond is kept, and not told. */
const MOST_TOLD = 300;

/**
 * Stores news of chats and people for the webhooks that want them. Nothing waits for that, and what none wants costs nothing. Labels are
 * kept for callers, too.
 */
export class NewsTeller {
  readonly #deps: NewsDeps;

  constructor(deps: NewsDeps) {
    this.#deps = deps;
  }

  async tell(sessionId: SessionId, news: AccountNews): Promise<void> {
    if (news.what === 'labels') await this.#labels(sessionId, news);
    else this.#store(sessionId, eventOf(sessionId, news, this.#now()));
  }

  async #labels(sessionId: SessionId, news: LabelsNews): Promise<void> {
    const { labels, connector } = this.#deps;
    const before = new Set(await labels.learn(sessionId, news));
    if (!news.isNews) return;
    for (const change of news.changes.slice(0, MOST_TOLD)) {
      const person = change.what === 'labeled' ? await connector.personOf(sessionId, change.item.chatId) : NOBODY;
      const event = labelEvent(change, { sessionId, timestamp: this.#now(), person, before });
      this.#store(sessionId, event);
      if (change.what === 'edited') before.add(change.label.labelId);
    }
  }

  #store(sessionId: SessionId, event: FurtherEvent): void {
    const { furtherEvents, supervisor } = this.#deps;
    if (!furtherEvents.isWanted(sessionId, event.kind)) return;
    const webhookId = createHash('sha256').update(JSON.stringify(event)).digest('hex').slice(0, 32);
    const added = furtherEvents.add(sessionId, [{ event, webhookId }]).catch((error: unknown) => {
      // Whoever has the session now is told of what comes from here on.
      if (!(error instanceof SessionLostError)) throw error;
    });
    supervisor.run('storing news of chats and people', added);
  }

  #now(): string {
    return new Date(this.#deps.clock.now()).toISOString();
  }
}

function eventOf(sessionId: SessionId, news: Exclude<AccountNews, LabelsNews>, timestamp: string): FurtherEvent {
  const { number, lid } = news.person;
  const common = { session_id: sessionId, timestamp, number, lid };
  switch (news.what) {
    case 'chat': {
      const { chatId: chat_id, change, mutedUntilMs, messageId: message_id } = news;
      const muted_until = typeof mutedUntilMs === 'number' ? new Date(mutedUntilMs).toISOString() : mutedUntilMs;
      return { kind: 'chat-update', body: { ...common, chat_id, change, muted_until, message_id } };
    }
    case 'contact': {
      const { change, value, username } = news;
      return { kind: 'contact-update', body: { ...common, change, value, username } };
    }
    case 'presence': {
      const { chatId: chat_id, presence, lastSeenMs } = news;
      const last_seen = lastSeenMs === null ? null : new Date(lastSeenMs).toISOString();
      return { kind: 'presence', body: { ...common, chat_id, presence, last_seen } };
    }
  }
}

/** What is said of a change of labels besides it. */
interface About {
  sessionId: SessionId;
  timestamp: string;
  /** Whose chat it is. */
  person: Person;
  /** The labels that were known before. */
  before: ReadonlySet<string>;
}

function labelEvent(change: LabelChange, { sessionId, timestamp, person, before }: About): FurtherEvent {
  const common = { session_id: sessionId, timestamp };
  switch (change.what) {
    case 'edited': {
      const { labelId: label_id, name, color } = change.label;
      const what = before.has(label_id) ? 'changed' : 'created';
      return { kind: 'label-update', body: { ...common, label_id, change: what, name, color } };
    }
    case 'deleted': {
      const gone = { label_id: change.labelId, change: 'deleted', name: null, color: null } as const;
      return { kind: 'label-update', body: { ...common, ...gone } };
    }
    case 'labeled': {
      const { labelId: label_id, chatId: chat_id, messageId: message_id } = change.item;
      const what = change.isOn ? 'added' : 'removed';
      const { number, lid } = person;
      return {
        kind: 'label-association',
        body: { ...common, label_id, change: what, chat_id, number, lid, message_id },
      };
    }
  }
}
