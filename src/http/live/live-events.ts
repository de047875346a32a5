import type { Response } from 'express';
import { AppError } from '../../domain/errors.ts';
import type { SessionId } from '../../domain/session-id.ts';
import type { SessionRecord } from '../../domain/session.ts';
import { type Clock, isoTime, type Timer } from '../../kit/clock.ts';
import type { Supervisor } from '../../kit/supervisor.ts';
import type { SessionEvent } from '../../sessions/session-events.ts';
import { ADMIN, type Caller } from '../access/caller.ts';
import type { Core, SessionsApi } from '../core.ts';
import { healthBody } from '../views/health-body.ts';
import { recentMessageView } from '../views/recent-message-view.ts';
import { eventText, EventStream } from './event-stream.ts';
import { LastSeen } from './last-seen.ts';

/**
 * How many streams may be open at once: in total, per key, and per token, whose page may be open twice. The keys of `API_KEY` may
 * use them all; the others leave some to them, and all tokens together some to the keys.
 */
const MAX_STREAMS = 100;
const MAX_STREAMS_OF_KEY = 20;
const MAX_STREAMS_OF_TOKEN = 4;
const MAX_STREAMS_OF_TOKENS = 60;
const MAX_STREAMS_OF_OTHERS = 90;
/** How often the health is checked, once for all clients. */
const CHECK_MS = 5_000;
/** A comment is sent with every third check, that is every 15 s: it keeps proxies from closing the connection, and reveals dead clients. */
const CHECKS_PER_PING = 3;
/** How soon a disconnected client reconnects. */
const RETRY_MS = 2_000;

/** What live events are about. */
export type ShownSessions = Pick<SessionsApi, 'list' | 'watch'>;

/** The dependencies of {@link LiveEvents}. */
export interface LiveEventsDeps {
  core: Pick<Core, 'sessions' | 'health' | 'sessionView'>;
  /** The sessions that are shown: those of all nodes. */
  shown: ShownSessions;
  clock: Clock;
  supervisor: Supervisor;
}

/**
 * Streams session events and health changes to all clients as they happen. Each stream starts with a snapshot, so nothing has
 * to be kept for clients that were away. Without clients it does nothing.
 */
export class LiveEvents {
  readonly #deps: LiveEventsDeps;
  readonly #streams = new Set<EventStream>();
  readonly #seen: LastSeen;
  #stopListening = (): unknown => undefined;
  #check: Timer | undefined;
  #checks = 0;
  /** The health that the clients know. */
  #health = '';
  #isOver = false;

  constructor(deps: LiveEventsDeps) {
    this.#deps = deps;
    this.#seen = new LastSeen(deps.clock, (record) => this.#send(record.sessionId, this.#sessionText(record)));
  }

  /**
   * Streams live events until the caller disconnects or loses access.
   * @throws AppError `too_many_streams`, `shutting_down`
   */
  async follow(caller: Caller, res: Response): Promise<void> {
    this.#refuseTooMany(caller);
    const stream = new EventStream(res, caller, this.#deps.clock);
    // Added before the snapshot is taken: an event in between must not be missed.
    this.#add(stream);
    try {
      stream.begin(await this.#snapshot(stream));
      await stream.closed;
    } finally {
      this.#remove(stream);
    }
  }

  /** Ends all streams for the shutdown; new ones are refused. */
  end(): void {
    this.#isOver = true;
    for (const stream of this.#streams) stream.end();
  }

  async #snapshot(stream: EventStream): Promise<string> {
    const { core, shown } = this.#deps;
    const [health, sessions] = await Promise.all([healthBody(core), shown.list()]);
    if (this.#health === '') this.#health = comparable(health);
    const visible = sessions.filter(({ sessionId }) => stream.shows(sessionId));
    const events = visible.map((record) => this.#sessionText(record));
    return [`retry: ${RETRY_MS}\n\n`, ...events, eventText('health', health), eventText('ready', {})].join('');
  }

  #refuseTooMany({ id, token }: Caller): void {
    if (this.#isOver) throw new AppError('shutting_down');
    const count = (isCounted: (caller: Caller) => boolean) =>
      [...this.#streams].filter(({ caller }) => isCounted(caller)).length;
    const isFull =
      this.#streams.size >= MAX_STREAMS ||
      (id !== ADMIN.id && count((caller) => caller.id !== ADMIN.id) >= MAX_STREAMS_OF_OTHERS) ||
      (id !== ADMIN.id && count((caller) => caller.id === id) >= (token ? MAX_STREAMS_OF_TOKEN : MAX_STREAMS_OF_KEY)) ||
      (token && count((caller) => caller.token !== undefined) >= MAX_STREAMS_OF_TOKENS);
    if (isFull) throw new AppError('too_many_streams', { retryAfterMs: RETRY_MS });
  }

  #add(stream: EventStream): void {
    this.#streams.add(stream);
    if (this.#streams.size > 1) return;
    this.#stopListening = this.#deps.shown.watch((event) => this.#onEvent(event));
    this.#checkLater();
  }

  #remove(stream: EventStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    this.#stopListening();
    this.#check?.cancel();
    this.#seen.clear();
    this.#health = '';
  }

  #onEvent(event: SessionEvent): void {
    switch (event.kind) {
      case 'session':
        this.#onSession(event.record, event.onlySeen);
        return;
      case 'qr':
      case 'pairing-code': {
        const { kind, sessionId, expiresAtMs } = event;
        this.#send(sessionId, eventText(kind, { session_id: sessionId, expires_at: isoTime(expiresAtMs) }));
        return;
      }
      case 'passkey': {
        const { sessionId, stage: state, expiresAtMs } = event;
        const data = { session_id: sessionId, state, expires_at: isoTime(expiresAtMs) };
        this.#send(sessionId, eventText('passkey', data));
        return;
      }
      case 'removed':
        this.#seen.forget(event.sessionId);
        this.#send(event.sessionId, eventText('removed', { session_id: event.sessionId }));
        return;
      case 'message':
        // Tokens are for public web pages, which get no messages.
        this.#send(
          event.message.sessionId,
          eventText('message', recentMessageView(event.message)),
          ({ caller }) => !caller.token,
        );
    }
  }

  #onSession(record: SessionRecord, onlySeen: boolean): void {
    const { sessionId } = record;
    if (onlySeen) {
      this.#seen.add(record);
    } else {
      this.#seen.forget(sessionId);
      this.#send(sessionId, this.#sessionText(record));
    }
  }

  #sessionText(record: SessionRecord): string {
    return eventText('session', this.#deps.core.sessionView(record));
  }

  /** Sends an event to the clients that may see the session. */
  #send(sessionId: SessionId, text: string, isFor: (stream: EventStream) => boolean = () => true): void {
    for (const stream of this.#streams) if (stream.shows(sessionId) && isFor(stream)) stream.write(text);
  }

  #checkLater(): void {
    this.#check = this.#deps.clock.after(CHECK_MS, () => {
      this.#checkLater();
      this.#checks += 1;
      if (this.#checks % CHECKS_PER_PING === 0) this.#sendToAll(': ping\n\n');
      this.#deps.supervisor.run('a health check for live events', this.#checkHealth());
      for (const stream of this.#streams) this.#sendOwed(stream);
    });
  }

  #sendOwed(stream: EventStream): void {
    const sessionId = stream.takeOwed();
    if (sessionId === undefined) return;
    const { core, supervisor } = this.#deps;
    const send = core.sessions.view(sessionId).then(
      (record) => stream.write(this.#sessionText(record)),
      () => undefined,
    );
    supervisor.run('the session of a token', send);
  }

  async #checkHealth(): Promise<void> {
    const health = await healthBody(this.#deps.core);
    if (comparable(health) === this.#health) return;
    this.#health = comparable(health);
    this.#sendToAll(eventText('health', health));
  }

  #sendToAll(text: string): void {
    for (const stream of this.#streams) stream.write(text);
  }
}

/** Everything except the uptime, which always changes. */
function comparable(health: object): string {
  return JSON.stringify({ ...health, uptime: 0 });
}
