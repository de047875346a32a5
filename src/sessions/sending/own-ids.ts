import { AppError } from '../../domain/errors.ts';
import type { SessionId } from '../../domain/session-id.ts';
import type { ScheduledMessageStore } from '../../ports/scheduled.ts';
import type { SentMessageStore } from '../../ports/storage.ts';

/** Where the ids of messages are known from. */
export interface OwnIdsDeps {
  sent: Pick<SentMessageStore, 'find'>;
  scheduled: Pick<ScheduledMessageStore, 'find'>;
}

/** The ids that callers choose for their messages: each names one message. */
export class OwnIds {
  readonly #deps: OwnIdsDeps;
  /** Those of messages that are just being sent, and may not be stored yet. */
  readonly #claimed = new Set<string>();

  constructor(deps: OwnIdsDeps) {
    this.#deps = deps;
  }

  /** Runs `send` unless the session has a message with this id. @throws AppError `message_id_used` */
  async during<Result>(sessionId: SessionId, id: string, send: () => Promise<Result>): Promise<Result> {
    const name = `${sessionId} ${id}`;
    if (this.#claimed.has(name)) throw new AppError('message_id_used');
    this.#claimed.add(name);
    try {
      if (await this.#isUsed(sessionId, id)) throw new AppError('message_id_used');
      return await send();
    } finally {
      this.#claimed.delete(name);
    }
  }

  async #isUsed(sessionId: SessionId, id: string): Promise<boolean> {
    const { sent, scheduled } = this.#deps;
    return ((await sent.find(sessionId, id)) ?? (await scheduled.find(sessionId, id))) !== undefined;
  }
}
