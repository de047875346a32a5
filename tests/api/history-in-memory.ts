import type { HistoryMessage } from '../../src/domain/kept-message.ts';
import type { SessionId } from '../../src/domain/session-id.ts';
import type { Clock } from '../../src/kit/clock.ts';
import type { HistoryPage, HistoryStore } from '../../src/ports/history.ts';
import { HistoryDays } from '../../src/sessions/history/history-days.ts';
import { SessionHistory, type SessionHistoryDeps } from '../../src/sessions/history/session-history.ts';
import { CONTACT } from './connection-in-memory.ts';

const CHAT = `${CONTACT.number}@s.whatsapp.net`;

/** A message with this text, from the person whom the tests know. */
export function keptMessage(id: number, text: string, change: Partial<HistoryMessage> = {}): HistoryMessage {
  const nothing = { quotedMessageId: null, editedMessageId: null, deletedMessageId: null, reaction: null };
  const content = { type: 'text', text, authorName: 'Ana', authorLid: CONTACT.lid, groupName: null, media: null };
  return {
    ...{ id, messageId: `M${id}`, chatId: CHAT, author: CONTACT.number, sentAtMs: id, status: null },
    content: { ...content, ...nothing, location: null, contacts: [], poll: null },
    ...change,
  };
}

/** The history of one conversation, the same for every session. */
class HistoryInMemory implements HistoryStore {
  messages: HistoryMessage[] = [keptMessage(1, 'hola'), keptMessage(2, '¿Tienen Medialúnas?')];
  #days: number | undefined;

  daysOf(): Promise<number | undefined> {
    return Promise.resolve(this.#days);
  }

  setDays(_: SessionId, days: number | null): Promise<void> {
    this.#days = days ?? undefined;
    return Promise.resolve();
  }

  add = nothing;
  progressed = nothing;
  numbersKnown = nothing;
  prune = nothing;

  chatOf(_: SessionId, chatIds: readonly string[]): Promise<string | undefined> {
    return Promise.resolve(chatIds.find((chatId) => this.messages.some((message) => message.chatId === chatId)));
  }

  page(_: SessionId, { after, limit }: HistoryPage): Promise<HistoryMessage[]> {
    const older = this.messages.filter(({ id }) => id < (after?.id ?? Number.MAX_SAFE_INTEGER));
    return Promise.resolve(older.toReversed().slice(0, limit));
  }

  chats(): Promise<HistoryMessage[]> {
    return Promise.resolve(this.messages.slice(-1));
  }

  oldest(): Promise<HistoryMessage | undefined> {
    return Promise.resolve(this.messages[0]);
  }

  count(): Promise<number> {
    return Promise.resolve(this.messages.length);
  }

  removeChat(_: SessionId, chatId: string): Promise<number> {
    const before = this.messages.length;
    this.messages = this.messages.filter((message) => message.chatId !== chatId);
    return Promise.resolve(before - this.messages.length);
  }

  removeOlder(_: SessionId, beforeMs: number): Promise<void> {
    this.messages = this.messages.filter(({ sentAtMs }) => sentAtMs >= beforeMs);
    return Promise.resolve();
  }
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

/** The history of these sessions, which keep messages for so many days. */
export function historyInMemory(sessions: SessionHistoryDeps['sessions'], clock: Clock, days = 30) {
  const store = new HistoryInMemory();
  const history = new SessionHistory({
    ...{ store, days: new HistoryDays(store, days), sessions, clock },
    contactNames: { of: () => Promise.resolve('Ana') },
    connector: { personOf: () => Promise.resolve({ number: CONTACT.number, lid: CONTACT.lid }) },
  });
  return { history, store };
}
