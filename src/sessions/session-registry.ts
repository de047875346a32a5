import type { SessionId } from '../domain/session-id.ts';
import { countStatuses, type SessionStatus } from '../domain/session.ts';
import type { Logger } from '../kit/logger.ts';
import type { SessionFolders } from '../ports/storage.ts';
import type { RecentMessages } from './recent-messages.ts';
import type { Session } from './session.ts';
import type { SessionEvents } from './session-events.ts';
import type { PairingExpiry } from './state/pairing-expiry.ts';

/** Dependencies of {@link SessionRegistry}. */
export interface SessionRegistryDeps {
  expiry: PairingExpiry;
  recent: RecentMessages | undefined;
  sessionEvents: SessionEvents;
  folders: Pick<SessionFolders, 'remove'>;
  log: Logger;
}

/** The sessions of the process by id, and their removal. */
export class SessionRegistry {
  readonly #deps: SessionRegistryDeps;
  readonly #sessions = new Map<SessionId, Session>();
  /** The sessions that are being removed. */
  readonly #removals = new Map<SessionId, Promise<unknown>>();

  constructor(deps: SessionRegistryDeps) {
    this.#deps = deps;
  }

  /** All sessions, the oldest first. */
  get sessions(): ReadonlyMap<SessionId, Session> {
    return this.#sessions;
  }

  /** The number of sessions in each status. */
  counts(): Record<SessionStatus, number> {
    return countStatuses([...this.#sessions.values()].map(({ record }) => [record.phase, 1] as const));
  }

  add(session: Session): void {
    this.#sessions.set(session.sessionId, session);
    this.#deps.sessionEvents.changed(session.record);
  }

  /** Ends a session for good; see {@link Session.remove}. Returns `false` when it goes on in another process. */
  async remove(session: Session, why: string, tell: 'always' | 'if-announced'): Promise<boolean> {
    const { sessionId } = session;
    const removal = this.#remove(session, why, tell);
    this.#removals.set(sessionId, removal);
    try {
      return await removal;
    } finally {
      if (this.#removals.get(sessionId) === removal) this.#removals.delete(sessionId);
    }
  }

  /** Resolves once a session with this id, if one is being removed, is gone. */
  async removed(sessionId: SessionId): Promise<void> {
    await this.#removals.get(sessionId)?.catch(() => undefined);
  }

  /** Forgets a session that is gone, unless another one has its id by now. */
  async drop(session: Session): Promise<void> {
    const { expiry, recent, sessionEvents, folders } = this.#deps;
    const { sessionId } = session;
    if (this.#sessions.get(sessionId) !== session) return;
    expiry.cancel(sessionId);
    recent?.forget(sessionId);
    this.#sessions.delete(sessionId);
    sessionEvents.removed(sessionId);
    await folders.remove(sessionId);
  }

  /**
   * Another process goes on with the session: live readers need not know. Returns `false` when it has left before; another one may
   * have its id by now.
   */
  leave(session: Session): boolean {
    const { sessionId } = session;
    if (this.#sessions.get(sessionId) !== session) return false;
    this.#deps.expiry.cancel(sessionId);
    this.#deps.recent?.forget(sessionId);
    return this.#sessions.delete(sessionId);
  }

  async #remove(session: Session, why: string, tell: 'always' | 'if-announced'): Promise<boolean> {
    const { sessionId } = session;
    if (!(await session.remove(why, tell))) return false;
    await this.drop(session);
    this.#deps.log.info({ sessionId, why }, `[${sessionId}] session removed`);
    return true;
  }
}
