import { type SessionId } from '../domain/session-id.ts';
import { type SessionPhase, type SessionRecord } from '../domain/session.ts';
import { type Clock } from '../kit/clock.ts';
import { type Supervisor } from '../kit/supervisor.ts';
import { type Connector } from '../ports/connection.ts';
import { type NodeLoad, type SessionHost } from '../ports/ownership.ts';
import { type SessionStore } from '../ports/storage.ts';
import { type Session } from './session.ts';
import { type SessionRegistry } from './session-registry.ts';

/** Dependencies of {@link SessionTransfer}. */
export interface SessionTransferDeps {
  store: Pick<SessionStore, 'all' | 'some'>;
  registry: SessionRegistry;
  connector: Pick<Connector, 'linkedAccount' | 'release'>;
  /** Adds a session that is stored. */
  add: (record: SessionRecord) => Session;
  clock: Clock;
  supervisor: Supervisor;
}

/** A session that has neither sent nor received for so long can be moved without anybody noticing. */
const QUIET_MS = 30_000;

/** The phases of sessions that no device is linked to. */
const PAIRING: ReadonlySet<SessionPhase> = new Set(['pairing', 'pairing-by-code']);

/** Stored sessions come into this process, and leave it for another one, which goes on with them. Outside nothing shows. */
export class SessionTransfer implements SessionHost {
  readonly #deps: SessionTransferDeps;
  #isPaused = false;

  constructor(deps: SessionTransferDeps) {
    this.#deps = deps;
  }

  /** Adds all stored sessions, without starting them. */
  async addAll(): Promise<void> {
    await this.#add(await this.#deps.store.all());
  }

  /** Starts the sessions of this process: linked ones reconnect, those that wait for a scan get a new QR. */
  startAll(): void {
    for (const session of this.#sessions()) session.resume();
  }

  async adopt(sessionIds: readonly SessionId[]): Promise<void> {
    const added = await this.#add(await this.#deps.store.some(sessionIds));
    if (!this.#isPaused) for (const session of added) session.resume();
  }

  async handOver(sessionId: SessionId): Promise<void> {
    const session = this.#deps.registry.sessions.get(sessionId);
    if (!session) return;
    session.refuseSends();
    await session.sendsEnded();
    await session.stop();
    this.#forget(session);
  }

  lose(sessionIds: readonly SessionId[]): void {
    for (const sessionId of sessionIds) {
      const session = this.#deps.registry.sessions.get(sessionId);
      if (!session) continue;
      this.#deps.supervisor.run('the end of a session that another node has', session.stop());
      this.#forget(session);
    }
  }

  pause(): void {
    this.#isPaused = true;
    for (const session of this.#sessions()) {
      this.#deps.supervisor.run('closing a connection for a while', session.pause());
    }
  }

  resume(): void {
    this.#isPaused = false;
    for (const session of this.#sessions()) session.goOn();
  }

  load(): NodeLoad {
    const sessions = this.#sessions();
    return { owned: sessions.length, online: sessions.filter(({ isOnline }) => isOnline).length };
  }

  quietest(limit: number): SessionId[] {
    const beforeMs = this.#deps.clock.monotonic() - QUIET_MS;
    const quiet = this.#sessions().filter(({ isPairing, activeAtMs }) => !isPairing && activeAtMs <= beforeMs);
    quiet.sort((a, b) => a.activeAtMs - b.activeAtMs);
    return quiet.slice(0, limit).map(({ sessionId }) => sessionId);
  }

  async #add(records: readonly SessionRecord[]): Promise<Session[]> {
    const added: Session[] = [];
    for (const record of records) {
      const current = await this.#withLinkedDevice(record);
      if (!this.#deps.registry.sessions.has(record.sessionId)) added.push(this.#deps.add(current));
    }
    return added;
  }

  /** The process ended between the pairing and the commit that records it. */
  async #withLinkedDevice(record: SessionRecord): Promise<SessionRecord> {
    const account = PAIRING.has(record.phase) ? this.#deps.connector.linkedAccount(record.sessionId) : undefined;
    // Credentials that cannot be read concern this session alone.
    const identity = await account?.catch(() => undefined);
    return identity ? { ...record, phase: 'linking', identity } : record;
  }

  #forget(session: Session): void {
    this.#deps.registry.leave(session);
    this.#deps.connector.release(session.sessionId);
  }

  #sessions(): Session[] {
    return [...this.#deps.registry.sessions.values()];
  }
}
