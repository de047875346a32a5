import { type Timer } from '../kit/clock.ts';
import { SerialQueue } from '../kit/serial-queue.ts';
import { Semaphore } from '../kit/semaphore.ts';
import { Supervisor } from '../kit/supervisor.ts';
import { type PhoneNumber } from '../domain/address.ts';
import { type ConnectionActions } from '../ports/connection-actions.ts';
import { AppError } from '../domain/errors.ts';
import { type OutgoingMessage } from '../domain/outgoing.ts';
import {
  type PairingCode,
  type QrCode,
  type SessionRecord,
  SESSION_STATUSES,
  type SessionStatus,
  statusOf,
} from '../domain/session.ts';
import { newSessionId, type SessionId } from '../domain/session-id.ts';
import { Inbound } from './inbound.ts';
import { Outbound, type SendResult } from './outbound.ts';
import { NewConversations } from './sending/new-conversations.ts';
import { SessionEvents, type SessionListener } from './session-events.ts';
import { type RecentMessage, RecentMessages, recentlyReceived, recentlySent } from './recent-messages.ts';
import { SendPace } from './sending/send-pace.ts';
import { Session } from './session.ts';
import { type CodeOffer, type QrOffer, type SessionManagerDeps } from './session-manager-deps.ts';
import { type SessionDeps } from './session-deps.ts';
import { type SessionView, sessionView } from '../http/views/session-view.ts';
import { type TimelineEntry, timelineEntry } from '../http/views/timeline-entry.ts';
import { Typing } from './sending/typing.ts';
import { Unanswered } from './sending/unanswered.ts';

/** How long a request waits for WhatsApp's first code, to scan or to type (contract 1). */
const FIRST_CODE_LIMIT_MS = 30_000;
/** How long a request for the code of now waits between two offers. */
const NEXT_CODE_LIMIT_MS = 5_000;
/** Lines that connect at the same time, so that a start with hundreds of sessions does not choke on itself. */
const CONNECTING_AT_ONCE = 8;

/** Holds every session of the process, and gives the doors the few things that they may do with them. */
export class SessionManager implements AsyncDisposable {
  readonly #deps: SessionManagerDeps;
  readonly #sessions = new Map<SessionId, Session>();
  #beingMade = 0;
  readonly #expiries = new Map<SessionId, Timer>();
  readonly #announcing = new SerialQueue();
  readonly #supervisor: Supervisor;
  readonly #outbound: Outbound;
  readonly #unanswered: Unanswered;
  readonly #sessionEvents: SessionEvents;
  readonly #recent: RecentMessages | undefined;
  readonly #shared: Omit<SessionDeps, 'pace' | 'typing' | 'announcing' | 'codeFor' | 'over'>;

  constructor(deps: SessionManagerDeps) {
    const { settings, store, connector, media, metrics, clock, random, log } = deps;
    const { sentMessages, pollVotes, awaitedNumbers, folders } = deps;
    this.#deps = deps;
    this.#supervisor = new Supervisor(log);
    const perDay = settings.newConversationsPerDay;
    const newConversations = new NewConversations({ store: deps.conversations, perDay, clock });
    this.#outbound = new Outbound({
      ...{ sent: sentMessages, newConversations, metrics, clock },
      supervisor: this.#supervisor,
    });
    const inbound = new Inbound({
      ...{ store, pollVotes, awaitedNumbers, media, metrics, clock, log },
      tellOwnMessages: settings.tellOwnMessages,
      onNewMessage: (sessionId, message) => this.#remember(() => recentlyReceived(sessionId, message)),
    });
    this.#sessionEvents = new SessionEvents({ authDir: settings.authDir, clock });
    this.#recent = settings.showMessages ? new RecentMessages() : undefined;
    this.#shared = {
      ...{ store, connector, metrics, clock, random, log, inbound, folders, sessionEvents: this.#sessionEvents },
      outbound: this.#outbound,
      supervisor: this.#supervisor,
      connecting: new Semaphore(CONNECTING_AT_ONCE),
      authDir: settings.authDir,
    };
    this.#unanswered = new Unanswered({
      sent: sentMessages,
      giveUp: (message) => this.#sessions.get(message.sessionId)?.giveUp(message),
      clock,
      supervisor: this.#supervisor,
    });
  }

  /** Knows every stored session from here on; to be called before anybody can ask for one. */
  async load(): Promise<void> {
    const { store, connector } = this.#deps;
    for (const record of await store.all()) {
      // The process ended between the pairing and our note of it.
      const isLinked = record.phase === 'pairing-by-code' && (await connector.isLinked(record.sessionId));
      this.#add(isLinked ? { ...record, phase: 'linking' } : record);
    }
  }

  /** Brings the sessions back: those that are linked reconnect, those that wait for a scan get a new QR. */
  resume(): void {
    for (const session of this.#sessions.values()) session.resume();
  }

  /**
   * Makes a session and answers with its first code.
   * @throws AppError `overloaded`, `too_many_sessions`, `too_many_pending_sessions`; `qr_timeout`, which leaves nothing behind
   */
  async generateQr(): Promise<QrOffer> {
    const session = await this.#create();
    const { sessionId } = session.record;
    session.resume();
    try {
      return { sessionId, qr: await session.qr(FIRST_CODE_LIMIT_MS) };
    } catch (cause) {
      const why = session.record.errorMessage;
      await this.#end(session, 'WhatsApp gave no QR', 'if-announced');
      throw new AppError('qr_timeout', { cause, ...(why !== null && { message: why }) });
    }
  }

  /**
   * Makes a session and answers with the code that links the phone of this number to it. The code is valid for a while, and
   * the session gone when it ends.
   * @throws AppError `overloaded`, `too_many_sessions`, `too_many_pending_sessions`; `pairing_refused`, `rate_limited`, `whatsapp_timeout`, which leave nothing
   *   behind
   */
  async pairByCode(number: PhoneNumber): Promise<CodeOffer> {
    const session = await this.#create(number);
    const { sessionId } = session.record;
    session.resume();
    try {
      return { sessionId, code: this.#withinTtl(session, await session.pairingCode(FIRST_CODE_LIMIT_MS)) };
    } catch (cause) {
      await this.#end(session, 'WhatsApp gave no pairing code', 'if-announced');
      const isRefusal = cause instanceof AppError && cause.code !== 'session_not_pairing';
      throw isRefusal ? cause : new AppError('whatsapp_timeout', { cause });
    }
  }

  /** The code to type now. @throws AppError `session_not_found`, `session_not_pairing` */
  async currentPairingCode(id: SessionId): Promise<PairingCode> {
    const session = this.#get(id);
    return this.#withinTtl(session, await session.pairingCode(NEXT_CODE_LIMIT_MS));
  }

  /** Every session, the oldest first. */
  list(): SessionView[] {
    return [...this.#sessions.values()].map((session) => this.#view(session));
  }

  /** One session. @throws AppError `session_not_found` */
  view(id: SessionId): SessionView {
    return this.#view(this.#get(id));
  }

  /** What happened to one session, the oldest first. @throws AppError `session_not_found` */
  async timeline(id: SessionId): Promise<TimelineEntry[]> {
    const { sessionId } = this.#get(id);
    return (await this.#deps.timeline.of(sessionId)).map(timelineEntry);
  }

  /** The code to scan now. @throws AppError `session_not_found`, `session_not_pairing` */
  async currentQr(id: SessionId): Promise<QrCode> {
    return this.#get(id).qr(NEXT_CODE_LIMIT_MS);
  }

  /** Tells `listener` what happens to the sessions, until the function that this answers is called. */
  watch(listener: SessionListener): () => void {
    return this.#sessionEvents.listen(listener);
  }

  /** The last messages of a session, the newest last. @throws AppError `session_not_found`, `messages_not_kept` */
  recentMessages(id: SessionId, limit: number): RecentMessage[] {
    const { sessionId } = this.#get(id);
    if (!this.#recent) throw new AppError('messages_not_kept');
    return this.#recent.of(sessionId, limit);
  }

  /** Sends a message, for this request. @throws AppError `session_not_found` and those of {@link Outbound.send} */
  async send(id: SessionId, message: OutgoingMessage, requestId: string): Promise<SendResult> {
    const { metrics, clock, log } = this.#deps;
    const { type } = message.content;
    try {
      const result = await this.#outbound.send(this.#get(id), message);
      metrics.sent(type, result.status);
      const { messageId, status } = result;
      log.info({ sessionId: id, messageId, type, status, requestId }, `[${id}] message sent`);
      this.#remember(() => recentlySent(id, message, result, clock.now()));
      return result;
    } catch (error) {
      metrics.sent(type, 'refused');
      throw error;
    }
  }

  /** What can be asked on a session's line. @throws AppError `session_not_found`, `session_not_connected` */
  async connection(id: SessionId): Promise<ConnectionActions> {
    return this.#get(id).connection();
  }

  /** Closes the line and opens it again. @throws AppError `session_not_found`, `session_logged_out` */
  async restart(id: SessionId): Promise<SessionView> {
    const session = this.#get(id);
    await session.restart();
    return this.#view(session);
  }

  /** Unlinks and removes a session. @throws AppError `session_not_found` */
  async remove(id: SessionId): Promise<void> {
    await this.#end(this.#get(id), 'deleted', 'if-announced');
  }

  /** How many sessions have each status. */
  counts(): Record<SessionStatus, number> {
    const counts = Object.fromEntries(SESSION_STATUSES.map((status) => [status, 0])) as Record<SessionStatus, number>;
    for (const { record } of this.#sessions.values()) counts[statusOf(record.phase)] += 1;
    return counts;
  }

  /** Closes all lines without unlinking anything, and lets what is being handled end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#unanswered.stop();
    for (const timer of this.#expiries.values()) timer.cancel();
    await Promise.all([...this.#sessions.values()].map((session) => session.stop()));
    await this.#supervisor.idle();
  }

  /** Those that are just being made count too: of many that are asked for at once, no more are made than there may be. */
  async #create(codeFor?: PhoneNumber): Promise<Session> {
    this.#refuseTooMany();
    this.#beingMade += 1;
    try {
      return await this.#make(codeFor);
    } finally {
      this.#beingMade -= 1;
    }
  }

  async #make(codeFor?: PhoneNumber): Promise<Session> {
    const { clock, random, store, folders, metrics } = this.#deps;
    const now = clock.now();
    const record: SessionRecord = {
      sessionId: newSessionId(now, random),
      phase: codeFor === undefined ? 'pairing' : 'pairing-by-code',
      identity: null,
      announced: false,
      errorMessage: null,
      lastSeenMs: null,
      retryAtMs: null,
      restrictedUntilMs: null,
      createdAtMs: now,
      updatedAtMs: now,
    };
    await store.commit(record, [], { note: { atMs: now, what: 'created', why: null } });
    metrics.became(statusOf(record.phase));
    await folders.create(record.sessionId);
    return this.#add(record, codeFor);
  }

  #add(record: SessionRecord, codeFor?: PhoneNumber): Session {
    const { settings, sentMessages: sent, clock, random } = this.#deps;
    const session: Session = new Session(record, {
      ...this.#shared,
      codeFor,
      over: (why) => this.#end(session, why, 'always'),
      pace: new SendPace({ sessionId: record.sessionId, limits: settings.pace, sent, clock, random }),
      typing: new Typing({ enabled: settings.simulateTyping, clock, random }),
      announcing: (number, announce) =>
        this.#announcing.run(async () => announce(await this.#replaceOlder(number, record.sessionId))),
    });
    this.#sessions.set(record.sessionId, session);
    this.#sessionEvents.changed(record);
    if (session.isPairing) this.#expireLater(session);
    return session;
  }

  /** A number has one session: the older one of it is unlinked and removed (contract 1.4). */
  async #replaceOlder(number: PhoneNumber, newer: SessionId): Promise<string | undefined> {
    let last: string | undefined;
    for (const session of [...this.#sessions.values()]) {
      const { sessionId, identity, announced } = session.record;
      if (sessionId === newer || !announced || identity?.phoneNumber !== number) continue;
      last = (await this.#end(session, `replaced by ${newer}`, 'always')) ?? last;
    }
    return last;
  }

  async #end(session: Session, why: string, tell: 'always' | 'if-announced'): Promise<string | undefined> {
    const { sessionId } = session.record;
    const last = await session.remove(why, tell);
    this.#expiries.get(sessionId)?.cancel();
    this.#expiries.delete(sessionId);
    this.#recent?.forget(sessionId);
    if (this.#sessions.delete(sessionId)) this.#sessionEvents.removed(sessionId);
    await this.#deps.folders.remove(sessionId);
    this.#deps.log.info({ sessionId, why }, `[${sessionId}] session removed`);
    return last;
  }

  /** `QR_SESSION_TTL`: a session that nobody scans is removed after a while. */
  #expireLater(session: Session): void {
    const { qrSessionTtlMs } = this.#deps.settings;
    if (qrSessionTtlMs === 0) return;
    const { sessionId, createdAtMs } = session.record;
    const expire = async () => {
      const what = session.record.phase === 'pairing' ? 'scanned the QR' : 'typed the pairing code';
      if (session.isPairing) await this.#end(session, `Nobody ${what} in time`, 'always');
    };
    const leftMs = Math.max(0, createdAtMs + qrSessionTtlMs - this.#deps.clock.now());
    const timer = this.#deps.clock.after(leftMs, () =>
      this.#supervisor.run('the end of an unscanned session', expire()),
    );
    this.#expiries.set(sessionId, timer);
  }

  /** A code is worth nothing once its session is gone. */
  #withinTtl({ record }: Session, code: PairingCode): PairingCode {
    const { qrSessionTtlMs } = this.#deps.settings;
    if (qrSessionTtlMs === 0) return code;
    return { ...code, expiresAtMs: Math.min(code.expiresAtMs, record.createdAtMs + qrSessionTtlMs) };
  }

  #remember(make: () => RecentMessage): void {
    if (!this.#recent) return;
    const message = make();
    this.#recent.add(message);
    this.#sessionEvents.message(message);
  }

  #refuseTooMany(): void {
    this.#deps.admission.check();
    const { maxSessions, maxPendingSessions } = this.#deps.settings;
    const count = this.#sessions.size + this.#beingMade;
    if (maxSessions > 0 && count >= maxSessions) throw new AppError('too_many_sessions');
    const pending = [...this.#sessions.values()].filter((session) => session.isPairing).length;
    if (pending + this.#beingMade >= maxPendingSessions) throw new AppError('too_many_pending_sessions');
  }

  #get(id: SessionId): Session {
    const session = this.#sessions.get(id);
    if (!session) throw new AppError('session_not_found');
    return session;
  }

  #view({ record }: Session): SessionView {
    const { settings, clock } = this.#deps;
    return sessionView(record, { authDir: settings.authDir, nowMs: clock.now() });
  }
}
