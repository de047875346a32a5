import { wait } from '../kit/clock.ts';
import { Recent } from '../kit/recent.ts';
import { Supervisor } from '../kit/supervisor.ts';
import type { PhoneNumber } from '../domain/address.ts';
import type { ConnectionActions } from '../ports/connection-actions.ts';
import { AppError, SessionLostError } from '../domain/errors.ts';
import type { OutgoingMessage, SentMessageRef } from '../domain/outgoing.ts';
import { countStatuses, newRecord, statusOf } from '../domain/session.ts';
import type { PairingCode, QrCode, SessionPhase } from '../domain/session.ts';
import type { SessionRecord, SessionStatus } from '../domain/session.ts';
import type { SessionRisk } from '../domain/risk.ts';
import { newSessionId, type SessionId } from '../domain/session-id.ts';
import { NO_PROFILE } from '../domain/session-profile.ts';
import type { NamedPerson } from '../domain/person.ts';
import type { ContactPage } from '../ports/storage.ts';
import type { TimelineNote } from '../domain/timeline.ts';
import { SessionLabels } from './labels.ts';
import { CallRejection } from './call-rejection.ts';
import type { Outbound, SendResult } from './outbound.ts';
import { SessionHistory } from './history/session-history.ts';
import { SessionEvents, type SessionListener } from './session-events.ts';
import { type RecentMessage, RecentMessages, recentlyReceived, recentlySent } from './recent-messages.ts';
import { troubleOf } from './trouble.ts';
import { codeOver, type RelinkCode, RelinkOffers } from './relink-offers.ts';
import { Relinks } from './relinks.ts';
import { codeFailure } from './state/code-pairing.ts';
import type { PasskeyLinking } from './state/passkey-linking.ts';
import type { SessionChanges, SessionControl } from './state/session-control.ts';
import { PairingExpiry } from './state/pairing-expiry.ts';
import { createSending, type Sending } from './risk/create-sending.ts';
import { Session } from './session.ts';
import { SessionRegistry } from './session-registry.ts';
import { SessionTransfer } from './session-transfer.ts';
import type { CodeOffer, QrOffer, SessionManagerDeps } from './session-manager-deps.ts';
import { type SharedDeps, sharedDeps } from './shared-deps.ts';
import { Typing } from './sending/typing.ts';
import { Unanswered } from './sending/unanswered.ts';

/** How long a request waits for the first QR or pairing code (contract 1). */
const FIRST_CODE_LIMIT_MS = 30_000;
/** How long a request for the current code waits for it to be renewed. */
const NEXT_CODE_LIMIT_MS = 5_000;
/** How long a request waits for a session that comes from another node, and how often it looks. */
const COMING_LIMIT_MS = 5_000;
const COMING_LOOK_MS = 50;

/** Owns every session of the process, and is the only way for adapters to act on them. */
export class SessionManager implements AsyncDisposable {
  readonly #deps: SessionManagerDeps;
  readonly #registry: SessionRegistry;
  readonly #expiry: PairingExpiry;
  readonly #relinks: Relinks;
  readonly #offers: RelinkOffers;
  /** The coming and going of stored sessions. */
  readonly transfer: SessionTransfer;
  /** The messages that sessions keep. */
  readonly history: SessionHistory;
  /** The labels of WhatsApp Business. */
  readonly labels: SessionLabels;
  readonly #supervisor: Supervisor;
  readonly #outbound: Outbound;
  readonly #unanswered: Unanswered;
  readonly #sending: Sending;
  readonly #sessionEvents: SessionEvents;
  readonly #recent: RecentMessages | undefined;
  readonly #counts: Recent<Map<SessionPhase, number>>;
  readonly #shared: SharedDeps;

  constructor(deps: SessionManagerDeps) {
    const { settings, store, connector, clock, log, sentMessages, folders } = deps;
    this.#deps = deps;
    this.#counts = new Recent(() => store.counts(), clock);
    this.#supervisor = new Supervisor(log);
    this.#expiry = new PairingExpiry({ ttlMs: settings.qrSessionTtlMs, clock, supervisor: this.#supervisor });
    this.history = new SessionHistory({ ...deps, store: deps.history, days: deps.historyDays, sessions: this });
    this.labels = new SessionLabels({ store: deps.labels, connector, sessions: this });
    const [supervisor, history] = [this.#supervisor, this.history.keeper];
    this.#sending = createSending(deps, { supervisor, history });
    this.#outbound = this.#sending.outbound;
    this.#sessionEvents = new SessionEvents();
    this.#recent = settings.showMessages ? new RecentMessages() : undefined;
    this.#registry = new SessionRegistry({
      ...{ expiry: this.#expiry, recent: this.#recent, sessionEvents: this.#sessionEvents, folders, log },
    });
    this.#shared = sharedDeps(deps, {
      ...{ supervisor, history, outbound: this.#outbound, sessionEvents: this.#sessionEvents },
      profileOf: (id) => this.#registry.sessions.get(id)?.record.profile,
      onNewMessage: (id, message) => this.#remember(() => recentlyReceived(id, message)),
    });
    const giveUp = (of: SentMessageRef) => this.#registry.sessions.get(of.sessionId)?.giveUp(of.messageId);
    this.#unanswered = new Unanswered({ sent: sentMessages, giveUp, clock, supervisor });
    const held = { registry: this.#registry, supervisor, add: (record: SessionRecord) => this.#add(record) };
    this.#relinks = new Relinks({ ...deps, ...held });
    this.#offers = new RelinkOffers({ ...deps, expiry: this.#expiry, expire: (session) => this.#expire(session) });
    this.transfer = new SessionTransfer({ ...deps, ...held, logins: this.#shared.connecting.logins });
  }

  /** Loads what every process knows. Must be called before any other method. */
  load(): Promise<void> {
    return this.#relinks.load();
  }

  /**
   * Creates a session and returns its first QR.
   * @throws AppError `overloaded`, `too_many_sessions`, `too_many_pending_sessions`; `qr_timeout` (the session is removed)
   */
  async generateQr(spec?: SessionChanges): Promise<QrOffer> {
    const session = await this.#create(spec);
    const { sessionId } = session;
    session.resume();
    try {
      return { sessionId, qr: await session.qr(FIRST_CODE_LIMIT_MS) };
    } catch (cause) {
      const why = troubleOf(session.record);
      await this.#registry.remove(session, 'WhatsApp provided no QR', 'if-announced');
      throw new AppError('qr_timeout', { cause, ...why });
    }
  }

  /**
   * Creates a session and returns the code that links the phone with this number to it. When the code expires, the session is
   * removed.
   * @throws AppError `overloaded`, `too_many_sessions`, `too_many_pending_sessions`; `pairing_refused`, `rate_limited`,
   *   `whatsapp_timeout` (the session is removed)
   */
  async pairByCode(number: PhoneNumber): Promise<CodeOffer> {
    const session = await this.#create(undefined, number);
    const { sessionId } = session.record;
    session.resume();
    try {
      return { sessionId, code: this.#expiry.limit(session.record, await session.pairingCode(FIRST_CODE_LIMIT_MS)) };
    } catch (cause) {
      await this.#registry.remove(session, 'WhatsApp accepted no pairing code', 'if-announced');
      throw codeFailure(cause);
    }
  }

  /**
   * Creates a session, whose QR follows.
   * @throws AppError `overloaded`, `too_many_sessions`, `too_many_pending_sessions`, `url_not_allowed` (of the proxy)
   */
  async createSession(spec: SessionChanges): Promise<SessionRecord> {
    const session = await this.#create(spec);
    session.resume();
    return session.record;
  }

  /** Changes what is said of a session. @throws AppError `session_not_found`, `url_not_allowed` (of the proxy) */
  async change(id: SessionId, changes: SessionChanges): Promise<SessionRecord> {
    this.#checkProxy(changes);
    return this.#asked(id, (control) => control.change(changes));
  }

  /** Closes a session's connection until somebody starts it. @throws AppError `session_not_found`, `session_not_connected` */
  stop(id: SessionId): Promise<SessionRecord> {
    return this.#asked(id, (control) => control.stop());
  }

  /** Connects a session that was stopped. @throws AppError `session_not_found`, `session_logged_out` */
  start(id: SessionId): Promise<SessionRecord> {
    return this.#asked(id, (control) => control.start());
  }

  /** See {@link RelinkOffers.byQr}. @throws AppError `session_not_found` */
  async relink(id: SessionId): Promise<SessionRecord> {
    return this.#offers.byQr(await this.#get(id));
  }

  /** See {@link RelinkOffers.byCode}. @throws AppError `session_not_found` */
  async relinkByCode(id: SessionId, number: PhoneNumber): Promise<RelinkCode> {
    return this.#offers.byCode(await this.#get(id), number, FIRST_CODE_LIMIT_MS);
  }

  /** The current pairing code. @throws AppError `session_not_found`, `session_not_pairing` */
  async currentPairingCode(id: SessionId): Promise<PairingCode> {
    const session = await this.#get(id);
    return this.#expiry.limit(session.record, await session.pairingCode(NEXT_CODE_LIMIT_MS));
  }

  /** The id that a session has in place of this one, if its account was linked again; otherwise this one. */
  resolve(id: SessionId): Promise<SessionId> {
    return Promise.resolve(this.#relinks.resolve(id));
  }

  /** Every session, the oldest first, also those of other nodes. */
  async list(): Promise<SessionRecord[]> {
    if (!this.#deps.isShared) return this.own();
    const { sessions } = this.#registry;
    const stored = await this.#deps.store.all();
    return stored.map((record) => sessions.get(record.sessionId)?.record ?? record);
  }

  /** The sessions of this process. */
  own(): SessionRecord[] {
    return [...this.#registry.sessions.values()].map(({ record }) => record);
  }

  /** One session. @throws AppError `session_not_found` */
  async view(id: SessionId): Promise<SessionRecord> {
    const here = this.#registry.sessions.get(id)?.record;
    const [stored] = here || !this.#deps.isShared ? [] : await this.#deps.store.some([id]);
    return here ?? stored ?? (await this.#get(id)).record;
  }

  /** A session's history, the oldest first. @throws AppError `session_not_found` */
  async timeline(id: SessionId): Promise<TimelineNote[]> {
    return this.#deps.timeline.of((await this.view(id)).sessionId);
  }

  /** What WhatsApp may judge a session by, and what limits it. @throws AppError `session_not_found` */
  async risk(id: SessionId): Promise<SessionRisk> {
    return this.#sending.risks.of(await this.view(id));
  }

  /** The current QR. @throws AppError `session_not_found`, `session_not_pairing` */
  async currentQr(id: SessionId): Promise<QrCode> {
    return (await this.#get(id)).qr(NEXT_CODE_LIMIT_MS);
  }

  /** The passkey that WhatsApp may want to link a session's device. @throws AppError `session_not_found` */
  async passkey(id: SessionId): Promise<PasskeyLinking> {
    return (await this.#get(id)).passkey;
  }

  /** Calls `listener` with every session event, until the returned function is called. */
  watch(listener: SessionListener): () => void {
    return this.#sessionEvents.listen(listener);
  }

  /** A session's latest messages, the newest last. @throws AppError `session_not_found`, `messages_not_kept` */
  async recentMessages(id: SessionId, limit: number): Promise<RecentMessage[]> {
    const { sessionId } = await this.#get(id);
    if (!this.#recent) throw new AppError('messages_not_kept');
    return Promise.resolve(this.#recent.of(sessionId, limit));
  }

  /** The people whose names a session knows, those after `after`. @throws AppError `session_not_found` */
  async contacts(id: SessionId, page: ContactPage): Promise<NamedPerson[]> {
    return this.#deps.contactNames.list((await this.view(id)).sessionId, page);
  }

  /** Sends a message. The request id is logged. @throws AppError `session_not_found`, and those of {@link Outbound.send} */
  async send(id: SessionId, message: OutgoingMessage, requestId: string): Promise<SendResult> {
    const { metrics, clock, log } = this.#deps;
    const { type } = message.content;
    try {
      const session = await this.#get(id);
      const result = await session.during(() => this.#outbound.send(session, message));
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

  /** A session's open connection. @throws AppError `session_not_found`, `session_not_connected` */
  async connection(id: SessionId): Promise<ConnectionActions> {
    return (await this.#get(id)).connection();
  }

  /**
   * Closes a session's connection and opens a new one.
   * @throws AppError `session_not_found`, `session_logged_out`, `session_not_connected`, `session_stopped`
   */
  restart(id: SessionId): Promise<SessionRecord> {
    return this.#asked(id, (control) => control.restart());
  }

  /** Unlinks and removes a session. @throws AppError `session_not_found`; SessionLostError */
  async remove(id: SessionId): Promise<void> {
    const isRemoved = await this.#registry.remove(await this.#get(id), 'deleted', 'if-announced');
    if (!isRemoved) throw new SessionLostError();
  }

  /** The number of sessions in each status, also of those of other nodes. */
  async counts(): Promise<Record<SessionStatus, number>> {
    return this.#deps.isShared ? countStatuses(await this.#counts.get()) : this.ownCounts();
  }

  /** The same, of those of this process. */
  ownCounts(): Record<SessionStatus, number> {
    return this.#registry.counts();
  }

  /** Closes all connections without unlinking any account, and waits for the work in progress. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#unanswered.stop();
    this.#expiry.stop();
    this.#relinks.stop();
    await Promise.all([...this.#registry.sessions.values()].map((session) => session.stop()));
    await this.#supervisor.idle();
  }

  async #asked(id: SessionId, ask: (control: SessionControl) => Promise<void>): Promise<SessionRecord> {
    const session = await this.#get(id);
    await ask(session.control);
    return session.record;
  }

  #checkProxy({ proxy }: SessionChanges): void {
    if (proxy) this.#deps.checkProxy(proxy);
  }

  async #create(spec?: SessionChanges, codeFor?: PhoneNumber): Promise<Session> {
    const { admission, settings, clock, random, store, folders, metrics } = this.#deps;
    admission.check();
    if (spec) this.#checkProxy(spec);
    const now = clock.now();
    const phase = codeFor === undefined ? 'pairing' : 'pairing-by-code';
    const profile = spec && { ...NO_PROFILE, ...spec.profile };
    const record = { ...newRecord(newSessionId(now, random), phase, now), ...(profile && { profile }) };
    await store.create(record, { atMs: now, what: 'created', why: null }, settings, spec?.proxy ?? undefined);
    metrics.became(statusOf(record.phase));
    await folders.create(record.sessionId);
    return this.#add(record, codeFor);
  }

  #add(record: SessionRecord, codeFor?: PhoneNumber): Session {
    const { settings, clock, random } = this.#deps;
    const { sessionId } = record;
    this.#deps.historyDays.forget(sessionId);
    const session: Session = new Session(record, {
      ...this.#shared,
      codeFor,
      over: (why) => codeOver(session, why, this.#registry),
      pace: this.#sending.paceOf(sessionId),
      typing: new Typing({ enabled: settings.simulateTyping, clock, random }),
      calls: new CallRejection({ ...this.#shared, sessionId, settings: settings.calls, sessions: this }),
      settle: (identity, announce) => this.#relinks.settle(session, identity, announce),
    });
    this.#registry.add(session);
    if (session.isPairing) this.#expiry.start(record, () => this.#expire(session));
    return session;
  }

  async #expire(session: Session): Promise<void> {
    await session.passkey.over();
    const what = session.record.phase === 'pairing' ? 'scanned the QR' : 'typed the pairing code';
    const why = `Nobody ${what} in time`;
    if (!session.isPairing) return;
    if (session.record.announced)
      await session.control.endRelink(`${why}. POST /sessions/:sessionId/relink offers another one.`);
    else await this.#registry.remove(session, why, 'always');
  }

  #remember(make: () => RecentMessage): void {
    if (!this.#recent) return;
    const message = make();
    this.#recent.add(message);
    this.#sessionEvents.message(message);
  }

  /** A session that is stored, but not here, is just coming or going. */
  async #get(id: SessionId): Promise<Session> {
    const session = this.#registry.sessions.get(id) ?? (await this.#coming(id));
    if (!session) throw new AppError('session_not_found');
    return session;
  }

  /** Waits a while for a session that comes from another node. @throws SessionLostError if it does not come */
  async #coming(id: SessionId): Promise<Session | undefined> {
    const { isShared, store, clock } = this.#deps;
    if (!isShared || (await store.some([id])).length === 0) return undefined;
    for (let waitedMs = 0; waitedMs < COMING_LIMIT_MS; waitedMs += COMING_LOOK_MS) {
      const session = this.#registry.sessions.get(id);
      if (session) return session;
      await wait(clock, COMING_LOOK_MS);
    }
    throw new SessionLostError();
  }
}
