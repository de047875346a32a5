import { AppError } from '../../src/domain/errors.ts';
import type { ScheduledMessage } from '../../src/domain/scheduled-message.ts';
import type { SessionId } from '../../src/domain/session-id.ts';
import type { Core } from '../../src/http/core.ts';
import type { ScheduleRequest } from '../../src/sessions/scheduled/scheduler.ts';
import { CONNECTED } from './sessions-in-memory.ts';

const WAITING: ScheduledMessage = {
  ...{ id: 7, sessionId: CONNECTED, messageId: '3EB0C767D097B7C7C1A5', sendAtMs: 1_800_000_000_000 },
  body: '{"type":"text","number":"5491234567890","text":"hola"}',
  ...{ state: 'scheduled', attempts: 0, failure: null, createdAtMs: 1_700_000_000_000, settledAtMs: null },
};

/** One scheduled message, and those that are added. */
export class ScheduledInMemory implements Record<keyof Core['scheduled'], unknown> {
  readonly requests: ScheduleRequest[] = [];
  /** What every call fails with. */
  failure: Error | undefined;

  schedule(sessionId: SessionId, request: ScheduleRequest): Promise<ScheduledMessage> {
    this.requests.push(request);
    const { body, sendAtMs, messageId = WAITING.messageId } = request;
    return this.#of(sessionId, { ...WAITING, body, sendAtMs, messageId });
  }

  async list(sessionId: SessionId): Promise<ScheduledMessage[]> {
    return [await this.#of(sessionId, WAITING)];
  }

  find(sessionId: SessionId, messageId: string): Promise<ScheduledMessage> {
    if (messageId !== WAITING.messageId) return Promise.reject(new AppError('message_not_found'));
    return this.#of(sessionId, WAITING);
  }

  async cancel(sessionId: SessionId, messageId: string): Promise<ScheduledMessage> {
    return { ...(await this.find(sessionId, messageId)), state: 'canceled', settledAtMs: 1 };
  }

  #of(sessionId: SessionId, message: ScheduledMessage): Promise<ScheduledMessage> {
    if (this.failure) return Promise.reject(this.failure);
    return sessionId === CONNECTED ? Promise.resolve(message) : Promise.reject(new AppError('session_not_found'));
  }
}
