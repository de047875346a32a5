import type { SessionId } from '../domain/session-id.ts';
import type { SessionPhase, SessionRecord } from '../domain/session.ts';
import type { Clock } from '../kit/clock.ts';
import type { Semaphore } from '../kit/semaphore.ts';
import type { Supervisor } from '../kit/supervisor.ts';
import type { Connector } from '../ports/connection.ts';
import type { NodeLoad } from '../ports/ownership.ts';
import type { SessionStore } from '../ports/storage.ts';
import { loginRoom } from './login-room.ts';
import type { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';
import { isOfAnother } from './state/login.ts';

/** Dependencies of {@link SessionTransfer}. */
export interface SessionTransferDeps {
  store: Pick<SessionStore, 'all' | 'some'>;
  registry: SessionRegistry;
  connector: Pick<Connector, 'linkedAccount' | 'release'>;
  /** Adds a session that is stored. */
  add: (record: SessionRecord) => Session;
  /** The places for sessions that log in at the same time. */
  logins: Semaphore;
  clock: Clock;
  supervisor: Supervisor;
}

/** A session that has neither sent nor received for so long can be moved without anybody noticing. */
const QUIET_MS = 30_000;

/** The phases of sessions that no device is linked to. */
const PAIRING: ReadonlySet<SessionPhase> = new Set(['pairing', 'pairing-by-code']);

/** Stored sessions come into this process, and leave it for another one, which goes on with them. Outside nothing shows. */
export class SessionTransfer {
  readonly #deps: SessionTransferDeps;
  #isPaused = false;
  /** The sessions that were lost, and have not ended yet. */
  readonly #ending = new Map<SessionId, Promise<unknown>>();

  constructor(deps: SessionTransferDeps) {
    this.#deps = deps;
  }

  /** Adds all stored sessions, without starting them. */
  async addAll(): Promise<void> {
    await this.#add(await this.#deps.store.all(), () => true);
  }

  /** Starts the sessions of this process: linked ones reconnect, those that wait for a scan get a new QR. */
  startAll(): void {
    for (const session of this.#sessions()) session.resume();
  }

  /** Starts those that do not run here already. `wanted` may become less meanwhile. */
  async adopt(wanted: ReadonlySet<SessionId>): Promise<void> {
    const records = await this.#deps.store.some([...wanted]);
    const added = await this.#add(records, ({ sessionId }) => wanted.has(sessionId));
    for (const session of added) {
      if (this.#isPaused) this.#pause(session);
      else this.#start(session);
    }
  }

  /** How many more may come: see {@link loginRoom}. */
  room(limitMs: number): Promise<number> {
    return loginRoom(this.#deps.logins, limitMs, this.#deps.clock);
  }

  /** Ends a session in order. Resolves when nothing more will be written. */
  async handOver(sessionId: SessionId): Promise<void> {
    const session = this.#deps.registry.sessions.get(sessionId);
    await session?.leave('after-sends');
    if (session) this.#forget(session);
  }

  /** Ends these sessions at once. */
  lose(sessionIds: Iterable<SessionId>): void {
    for (const sessionId of sessionIds) {
      const session = this.#deps.registry.sessions.get(sessionId);
      if (!session) continue;
      this.#remember(sessionId, session.leave('at-once'));
      this.#forget(session);
    }
  }

  /** Closes all connections until {@link resume}. */
  pause(): void {
    this.#isPaused = true;
    for (const session of this.#sessions()) this.#pause(session);
  }

  /** Opens them again. */
  resume(): void {
    this.#isPaused = false;
    for (const session of this.#sessions()) session.goOn();
  }

  /** How much there is to do. */
  load(): NodeLoad {
    const sessions = this.#sessions();
    return { owned: sessions.length, online: sessions.filter(({ isOnline }) => isOnline).length };
  }

  /** The sessions that have been quiet for a while, the quietest first. */
  quietest(limit: number): SessionId[] {
    const beforeMs = this.#deps.clock.monotonic() - QUIET_MS;
    const quiet = this.#sessions().filter(({ isPairing, activeAtMs }) => !isPairing && activeAtMs <= beforeMs);
    quiet.sort((a, b) => a.activeAtMs - b.activeAtMs);
    return quiet.slice(0, limit).map(({ sessionId }) => sessionId);
  }

  #pause(session: Session): void {
    this.#deps.supervisor.run('closing a connection for a while', session.pause());
  }

  async #add(records: readonly SessionRecord[], isWanted: (record: SessionRecord) => boolean): Promise<Session[]> {
    const added: Session[] = [];
    for (const record of records) {
      const current = await this.#withLinkedDevice(record);
      const isNew = !this.#deps.registry.sessions.has(record.sessionId);
      if (isNew && isWanted(record)) added.push(this.#deps.add(current));
    }
    return added;
  }

  /** A session that is back has the credentials of its predecessor, whose connection may not be closed yet. */
  #start(session: Session): void {
    const ending = this.#ending.get(session.sessionId);
    if (!ending) session.resume();
    else
      this.#deps.supervisor.run(
        'a session that is back',
        ending.then(() => session.resume()),
      );
  }

  /** Whoever comes back meanwhile waits for the end of what is lost. */
  #remember(sessionId: SessionId, end: Promise<void>): void {
    this.#deps.supervisor.run('the end of a session that another node has', end);
    const all = Promise.allSettled([this.#ending.get(sessionId), end]).then(() => {
      if (this.#ending.get(sessionId) === all) this.#ending.delete(sessionId);
    });
    this.#ending.set(sessionId, all);
  }

  /** The process ended between the pairing and the commit that records it. */
  async #withLinkedDevice(record: SessionRecord): Promise<SessionRecord> {
    const account = PAIRING.has(record.phase) ? this.#deps.connector.linkedAccount(record.sessionId) : undefined;
    // Credentials that cannot be read concern this session alone.
    const identity = await account?.catch(() => undefined);
    if (!identity) return record;
    // That of another account is refused at its login.
    return { ...record, phase: 'linking', identity: isOfAnother(record, identity) ? record.identity : identity };
  }

  #forget(session: Session): void {
    if (this.#deps.registry.leave(session)) this.#deps.connector.release(session.sessionId);
  }

  #sessions(): Session[] {
    return [...this.#deps.registry.sessions.values()];
  }
}
