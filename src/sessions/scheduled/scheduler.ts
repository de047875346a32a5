import { AppError } from '../../domain/errors.ts';
import { newMessageId, type OutgoingMessage } from '../../domain/outgoing.ts';
import type { ScheduledMessage, ScheduledState } from '../../domain/scheduled-message.ts';
import type { SessionId } from '../../domain/session-id.ts';
import type { SessionRecord } from '../../domain/session.ts';
import { bounded } from '../../kit/bounded.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { Random } from '../../kit/random.ts';
import { Supervisor } from '../../kit/supervisor.ts';
import type { ScheduledMessageStore } from '../../ports/scheduled.ts';
import type { SentMessageStore } from '../../ports/storage.ts';
import { messageStatusUpdate } from '../callback-events.ts';
import { failureOf, type SendTrouble, troubleOf } from './send-trouble.ts';

/** How often it looks for messages that are due: so punctual is a scheduled message, at best. */
const LOOK_EVERY_MS = 5_000;
/** A session that cannot send now is asked again after this. */
const SESSION_PAUSE_MS = 15_000;
/** A message that could not be sent for so long after its time is given up: it would surprise its recipient. */
const GIVE_UP_AFTER_MS = 24 * 3600_000;
/** How many messages of one session may wait. */
const MAX_WAITING = 1_000;
/** How far ahead a message can be scheduled, and how long ago its time may be: clocks differ. */
const FARTHEST_MS = 366 * 24 * 3600_000;
const PAST_MS = 60_000;
/** How long the end of the process waits for messages that are being sent. */
const END_LIMIT_MS = 3_000;

/** A message that is ready to be sent. Disposing of it removes its file. */
export interface OpenedMessage extends AsyncDisposable {
  message: OutgoingMessage;
}

/** What is scheduled. */
export interface ScheduleRequest {
  /** The message as it was requested, JSON. */
  body: string;
  /** Unix ms. */
  sendAtMs: number;
  /** The id that the caller chose for it. */
  ownId: string | undefined;
  /** The id of a request that may be repeated. */
  messageId: string | undefined;
}

/** The dependencies of {@link Scheduler}. */
export interface SchedulerDeps {
  store: ScheduledMessageStore;
  sent: Pick<SentMessageStore, 'find'>;
  sessions: {
    view(id: SessionId): Promise<Pick<SessionRecord, 'sessionId' | 'profile'>>;
    send(id: SessionId, message: OutgoingMessage, requestId: string): Promise<unknown>;
  };
  /** Opens a message that was stored, and its file. @throws AppError when that fails */
  open: (body: string) => Promise<OpenedMessage>;
  clock: Clock;
  random: Random;
  log: Logger;
}

/**
 * Sends messages at their time, in the pace and within the limits of their session. A message is stored with the id under which it
 * is sent, so whatever happens between an attempt and its result, on whichever node, WhatsApp shows it once.
 */
export class Scheduler implements AsyncDisposable {
  readonly #deps: SchedulerDeps;
  readonly #supervisor: Supervisor;
  /** The message of each session that is being sent. */
  readonly #current = new Map<SessionId, string>();
  readonly #busy = new Set<SessionId>();
  /** When a session may be asked again, on the monotonic clock. */
  readonly #pausedUntil = new Map<SessionId, number>();
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
    this.#supervisor = new Supervisor(deps.log);
  }

  /** Begins to send what is due. */
  start(): void {
    if (this.#isStopped) return;
    this.#supervisor.run('looking for scheduled messages', this.#look());
    this.#timer = this.#deps.clock.after(LOOK_EVERY_MS, () => this.start());
  }

  /**
   * Stores a message to be sent later. A repeated request gets the message that the first one stored.
   * @throws AppError `session_not_found`, `invalid_body`, `message_id_used`, `too_many_scheduled_messages`
   */
  async schedule(sessionId: SessionId, request: ScheduleRequest): Promise<ScheduledMessage> {
    const { store, sessions, sent, random } = this.#deps;
    const { body, sendAtMs, ownId } = request;
    this.#checkTime(sendAtMs);
    await sessions.view(sessionId);
    const messageId = ownId ?? request.messageId ?? newMessageId(random);
    if (ownId !== undefined && (await sent.find(sessionId, ownId))) throw new AppError('message_id_used');
    const result = await store.add({ sessionId, messageId, body, sendAtMs }, MAX_WAITING);
    if (result === 'full') throw new AppError('too_many_scheduled_messages');
    if (result === 'known' && ownId !== undefined) throw new AppError('message_id_used');
    return this.find(sessionId, messageId);
  }

  /** The scheduled messages of a session, also those that were settled in the last two weeks. @throws AppError `session_not_found` */
  async list(
    sessionId: SessionId,
    page: { state: ScheduledState | undefined; after: number; limit: number },
  ): Promise<ScheduledMessage[]> {
    await this.#deps.sessions.view(sessionId);
    return this.#deps.store.of(sessionId, page);
  }

  /** One of them. @throws AppError `session_not_found`, `message_not_found` */
  async find(sessionId: SessionId, messageId: string): Promise<ScheduledMessage> {
    await this.#deps.sessions.view(sessionId);
    const found = await this.#deps.store.find(sessionId, messageId);
    if (!found) throw new AppError('message_not_found', { message: 'There is no scheduled message with this id.' });
    return found;
  }

  /**
   * Cancels a message that was not sent.
   * @throws AppError `session_not_found`, `message_not_found`; `message_not_suitable` when it was sent, or is just being sent
   */
  async cancel(sessionId: SessionId, messageId: string): Promise<ScheduledMessage> {
    const message = await this.find(sessionId, messageId);
    const known = await this.#deps.sent.find(sessionId, messageId);
    const hasLeft = this.#current.get(sessionId) === messageId || (known && known.status !== 'failed');
    if (message.state !== 'scheduled' || hasLeft === true) {
      const state = message.state === 'scheduled' ? 'being sent' : message.state;
      throw new AppError('message_not_suitable', { message: `The message cannot be canceled: it is ${state}.` });
    }
    // In the same turn as the check: whoever is about to send it looks at the storage once more.
    await this.#deps.store.settle(message, { state: 'canceled', failure: null });
    return this.find(sessionId, messageId);
  }

  /** Waits briefly for what is being sent; the rest is sent by the next process. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await bounded(this.#supervisor.idle(), END_LIMIT_MS, this.#deps.clock);
  }

  #checkTime(sendAtMs: number): void {
    const inMs = sendAtMs - this.#deps.clock.now();
    if (inMs >= -PAST_MS && inMs <= FARTHEST_MS) return;
    throw new AppError('invalid_body', {
      message: 'send_at must be a time from now to a year from now.',
      field: 'send_at',
    });
  }

  async #look(): Promise<void> {
    const { store, clock } = this.#deps;
    for (const sessionId of await store.sessionsWithDue(clock.now())) {
      const isPaused = (this.#pausedUntil.get(sessionId) ?? 0) > clock.monotonic();
      if (this.#isStopped || isPaused || this.#busy.has(sessionId)) continue;
      this.#pausedUntil.delete(sessionId);
      this.#busy.add(sessionId);
      const sending = this.#sendDue(sessionId).finally(() => this.#busy.delete(sessionId));
      this.#supervisor.run('sending scheduled messages', sending);
    }
  }

  /** One after the other, until one cannot be sent now. */
  async #sendDue(sessionId: SessionId): Promise<void> {
    const { store, clock } = this.#deps;
    for (let goesOn = true; goesOn && !this.#isStopped;) {
      const message = await store.next(sessionId, clock.now());
      if (!message) return;
      this.#current.set(sessionId, message.messageId);
      try {
        goesOn = await this.#attempt(message);
      } finally {
        this.#current.delete(sessionId);
      }
    }
  }

  /** Returns whether the session may go on with its next message. */
  async #attempt({ sessionId, messageId }: ScheduledMessage): Promise<boolean> {
    const { store, sent } = this.#deps;
    // It may have been canceled since it was found.
    const message = await store.find(sessionId, messageId);
    if (message?.state !== 'scheduled') return true;
    const earlier = await sent.find(sessionId, messageId);
    if (earlier?.status === 'failed') {
      await this.#giveUp(message, new AppError('message_not_sent'), earlier.toNumber);
      return true;
    }
    let opened: OpenedMessage | undefined;
    try {
      opened = await this.#deps.open(message.body);
      await this.#deps.sessions.send(
        sessionId,
        { ...opened.message, messageId, ownId: undefined },
        `scheduled ${messageId}`,
      );
    } catch (error) {
      return await this.#failed(message, error, opened && numberOf(opened.message));
    } finally {
      await opened?.[Symbol.asyncDispose]();
    }
    await store.settle(message, { state: 'sent', failure: null });
    return true;
  }

  /** Returns whether the session may go on with its next message. */
  async #failed(message: ScheduledMessage, error: unknown, toNumber: string | null = null): Promise<boolean> {
    const { store, clock, log } = this.#deps;
    const { sessionId, messageId, attempts } = message;
    const isLate = clock.now() - message.sendAtMs > GIVE_UP_AFTER_MS;
    const trouble: SendTrouble = isLate ? { of: 'message' } : troubleOf(error, attempts);
    const { code } = failureOf(error);
    log.info({ sessionId, messageId, code, trouble: trouble.of }, `[${sessionId}] scheduled message not sent`);
    if (trouble.of === 'session') {
      this.#pausedUntil.set(sessionId, clock.monotonic() + SESSION_PAUSE_MS);
      return false;
    }
    if (trouble.of === 'message') {
      await this.#giveUp(message, error, toNumber);
      return true;
    }
    await store.postpone(message, failureOf(error), clock.now() + trouble.delayMs);
    return false;
  }

  /** The backend learns of it as of a message that WhatsApp refused; what it has learned already is not told again. */
  async #giveUp(message: ScheduledMessage, error: unknown, toNumber: string | null): Promise<void> {
    const { store, sessions, clock } = this.#deps;
    const { sessionId, messageId } = message;
    const failure = failureOf(error);
    const update = {
      ...{ messageId, status: 'failed' as const },
      ...{ errorCode: failure.code, errorMessage: failure.message },
    };
    // A session that is gone takes its messages with it.
    const session = await sessions.view(sessionId);
    const event = messageStatusUpdate(session, { toNumber }, update, clock.now());
    await store.settle(message, { state: 'failed', failure, event });
  }
}

function numberOf({ to }: OutgoingMessage): string | null {
  return to?.kind === 'number' ? to.number : null;
}
