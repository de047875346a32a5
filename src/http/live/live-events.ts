import { type Response } from 'express';
import { AppError } from '../../domain/errors.ts';
import { type SessionId } from '../../domain/session-id.ts';
import { type Clock, isoTime, type Timer } from '../../kit/clock.ts';
import { type Supervisor } from '../../kit/supervisor.ts';
import { type SessionEvent } from '../../sessions/session-events.ts';
import { type SessionView } from '../views/session-view.ts';
import { ADMIN, type Caller } from '../access/caller.ts';
import { type Core } from '../core.ts';
import { healthBody } from '../views/health-body.ts';
import { eventText, EventStream } from './event-stream.ts';

/** Streams that are open at the same time, of all and of one key or token; those of `API_KEY` may have all. */
const STREAMS = 100;
const STREAMS_OF_ONE = 20;
/** How often the health is looked at, once for all readers. */
const LOOK_MS = 5_000;
/** With every third look, that is every 15 s, something is written: proxies keep the line, and a dead reader is noticed. */
const LOOKS_A_PING = 3;
/** `last_seen` changes with every message: where nothing else does, it is told so often at most. */
const SEEN_MS = 1_000;
/** When a reader that was cut off comes back. */
const RETRY_MS = 2_000;

/** What live events are made from. */
export interface LiveEventsDeps {
  core: Pick<Core, 'sessions' | 'health'>;
  clock: Clock;
  supervisor: Supervisor;
}

/**
 * What happens to the sessions and the server, told to all who follow it while it happens. Each begins with a snapshot, so
 * that nothing needs to be kept for who was away. While nobody follows, nothing is done.
 */
export class LiveEvents {
  readonly #deps: LiveEventsDeps;
  readonly #streams = new Set<EventStream>();
  readonly #seen = new Map<SessionId, SessionView>();
  #stopListening = (): unknown => undefined;
  #look: Timer | undefined;
  #looks = 0;
  #tellSeen: Timer | undefined;
  /** What the readers know of the health. */
  #health = '';
  #isOver = false;

  constructor(deps: LiveEventsDeps) {
    this.#deps = deps;
  }

  /**
   * Answers with live events for as long as the caller listens, and may.
   * @throws AppError `too_many_streams`, `shutting_down`
   */
  async follow(caller: Caller, res: Response): Promise<void> {
    this.#refuseTooMany(caller);
    const health = await healthBody(this.#deps.core);
    // The time of the question was enough for others to come, or for the end.
    this.#refuseTooMany(caller);
    if (res.closed) return;
    const stream = new EventStream(res, caller, this.#deps.clock);
    this.#streams.add(stream);
    if (this.#streams.size === 1) this.#begin(comparable(health));
    stream.begin(this.#snapshot(stream) + eventText('health', health) + eventText('ready', {}));
    await stream.closed;
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#rest();
  }

  /** Ends all streams, for the end of the server; no other begins. */
  end(): void {
    this.#isOver = true;
    for (const stream of this.#streams) stream.end();
  }

  #snapshot(stream: EventStream): string {
    const views = this.#deps.core.sessions.list().filter(({ sessionId }) => stream.shows(sessionId));
    return `retry: ${RETRY_MS}\n\n${views.map((view) => eventText('session', view)).join('')}`;
  }

  #refuseTooMany({ id }: Caller): void {
    if (this.#isOver) throw new AppError('shutting_down');
    const ofThis = [...this.#streams].filter(({ caller }) => caller.id === id).length;
    const limit = id === ADMIN.id ? STREAMS : STREAMS_OF_ONE;
    if (this.#streams.size >= STREAMS || ofThis >= limit) {
      throw new AppError('too_many_streams', { retryAfterMs: RETRY_MS });
    }
  }

  #begin(health: string): void {
    this.#health = health;
    this.#stopListening = this.#deps.core.sessions.watch((news) => this.#pass(news));
    this.#lookLater();
  }

  #rest(): void {
    this.#stopListening();
    this.#look?.cancel();
    this.#tellSeen?.cancel();
    this.#tellSeen = undefined;
    this.#seen.clear();
  }

  #pass(news: SessionEvent): void {
    switch (news.kind) {
      case 'session':
        this.#passSession(news.view, news.onlySeen);
        return;
      case 'qr':
      case 'pairing-code': {
        const { kind, sessionId, expiresAtMs } = news;
        this.#tell(sessionId, eventText(kind, { session_id: sessionId, expires_at: isoTime(expiresAtMs) }));
        return;
      }
      case 'removed':
        this.#seen.delete(news.sessionId);
        this.#tell(news.sessionId, eventText('removed', { session_id: news.sessionId }));
        return;
      case 'message':
        this.#tell(news.sessionId, eventText('message', news.message), ({ caller }) => !caller.token);
    }
  }

  #passSession(view: SessionView, onlySeen: boolean): void {
    const { sessionId } = view;
    if (onlySeen) {
      this.#seen.set(sessionId, view);
      this.#tellSeen ??= this.#deps.clock.after(SEEN_MS, () => this.#passSeen());
    } else {
      this.#seen.delete(sessionId);
      this.#tell(sessionId, eventText('session', view));
    }
  }

  #passSeen(): void {
    this.#tellSeen = undefined;
    for (const [sessionId, view] of this.#seen) this.#tell(sessionId, eventText('session', view));
    this.#seen.clear();
  }

  /** To those who may know of the session; tokens, which are for pages of strangers, get no messages. */
  #tell(sessionId: SessionId, text: string, isFor: (stream: EventStream) => boolean = () => true): void {
    for (const stream of this.#streams) if (stream.shows(sessionId) && isFor(stream)) stream.write(text);
  }

  #lookLater(): void {
    this.#look = this.#deps.clock.after(LOOK_MS, () => {
      this.#lookLater();
      this.#looks += 1;
      if (this.#looks % LOOKS_A_PING === 0) this.#toAll(': ping\n\n');
      this.#deps.supervisor.run('a look at the health', this.#lookAtHealth());
    });
  }

  async #lookAtHealth(): Promise<void> {
    const health = await healthBody(this.#deps.core);
    if (comparable(health) === this.#health) return;
    this.#health = comparable(health);
    this.#toAll(eventText('health', health));
  }

  #toAll(text: string): void {
    for (const stream of this.#streams) stream.write(text);
  }
}

/** All of it but the uptime, which always changes. */
function comparable(health: object): string {
  return JSON.stringify({ ...health, uptime: 0 });
}
