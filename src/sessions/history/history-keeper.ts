import { jidOfNumber } from '../../domain/address.ts';
import type { KeptMessage } from '../../domain/kept-message.ts';
import type { DeliveryStatus, IncomingMessage } from '../../domain/message.ts';
import type { OutgoingMessage, SentMessage } from '../../domain/outgoing.ts';
import type { Numbers, Person } from '../../domain/person.ts';
import type { SessionId } from '../../domain/session-id.ts';
import type { Clock } from '../../kit/clock.ts';
import type { HistoryStore } from '../../ports/history.ts';
import type { HistoryDays } from './history-days.ts';
import { chatOf, keptReceived, keptSent } from './kept-message.ts';

/** Dependencies of {@link HistoryKeeper}. */
export interface HistoryKeeperDeps {
  store: HistoryStore;
  days: HistoryDays;
  /** The person with this JID, as far as WhatsApp has revealed their names. */
  personOf: (sessionId: SessionId, jid: string) => Promise<Person>;
  clock: Clock;
}

/** Decides what the history keeps, and in which form. Of a session that keeps nothing, nothing is looked at. */
export class HistoryKeeper {
  readonly #deps: HistoryKeeperDeps;

  constructor(deps: HistoryKeeperDeps) {
    this.#deps = deps;
  }

  /** A message that arrived, to be stored with its webhook. */
  async received(sessionId: SessionId, message: IncomingMessage): Promise<KeptMessage | undefined> {
    if (!(await this.#keeps(sessionId))) return undefined;
    return keptReceived(message, await this.#chatOf(sessionId, message), this.#deps.clock.now());
  }

  /** A message that is about to be sent, to be stored before it leaves. */
  async sent(sessionId: SessionId, outgoing: OutgoingMessage, sent: SentMessage): Promise<KeptMessage | undefined> {
    return (await this.#keeps(sessionId)) ? keptSent(outgoing, sent, this.#deps.clock.now()) : undefined;
  }

  /** How far a message has come that was sent. */
  async progressed(sessionId: SessionId, messageId: string, status: DeliveryStatus): Promise<void> {
    if (await this.#keeps(sessionId)) await this.#deps.store.progressed(sessionId, messageId, status);
  }

  /** Messages from before, which the phone told. */
  async past(sessionId: SessionId, messages: readonly IncomingMessage[]): Promise<void> {
    const { store, days, clock } = this.#deps;
    const nowMs = clock.now();
    const sinceMs = (await days.since(sessionId, nowMs)) ?? nowMs;
    const kept: KeptMessage[] = [];
    for (const message of messages) {
      if (message.sentAtMs < sinceMs) continue;
      kept.push(keptReceived(message, await this.#chatOf(sessionId, message), nowMs));
    }
    if (kept.length === 0) return;
    await store.add(sessionId, kept);
    // Somebody may have changed it meanwhile, and what was too old then was removed before this was added.
    const nowSinceMs = (await days.since(sessionId, nowMs)) ?? Number.MAX_SAFE_INTEGER;
    if (nowSinceMs > sinceMs) await store.removeOlder(sessionId, nowSinceMs);
  }

  /** WhatsApp revealed numbers. */
  async numbersKnown(sessionId: SessionId, numbers: Numbers): Promise<void> {
    if (numbers.size > 0 && (await this.#keeps(sessionId))) await this.#deps.store.numbersKnown(sessionId, numbers);
  }

  async #keeps(sessionId: SessionId): Promise<boolean> {
    return (await this.#deps.days.of(sessionId)) > 0;
  }

  /** A message that the owner wrote on the phone names the other side by LID alone. */
  async #chatOf(sessionId: SessionId, message: IncomingMessage): Promise<string> {
    const chatId = chatOf(message);
    if (!message.fromMe || !chatId.endsWith('@lid')) return chatId;
    const { number } = await this.#deps.personOf(sessionId, chatId);
    return number === null ? chatId : jidOfNumber(number);
  }
}
