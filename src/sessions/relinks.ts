import type { PhoneNumber } from '../domain/address.ts';
import type { SessionId } from '../domain/session-id.ts';
import { type AccountIdentity, type SessionRecord, statusOf } from '../domain/session.ts';
import type { Clock } from '../kit/clock.ts';
import type { Connector } from '../ports/connection.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Placement } from '../ports/ownership.ts';
import type { AccountIdStore, SessionFolders, SessionStore } from '../ports/storage.ts';
import type { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';
import { takenProfile } from './taken-profile.ts';

/** Dependencies of {@link Relinks}. */
export interface RelinksDeps {
  accountIds: AccountIdStore;
  registry: SessionRegistry;
  store: Pick<SessionStore, 'commit' | 'some' | 'proxyOf'>;
  folders: Pick<SessionFolders, 'create'>;
  /** Of two sessions with the same number, the second one finds the first, wherever they are. */
  placement: Placement;
  connector: Pick<Connector, 'release'>;
  metrics: Pick<Metrics, 'became'>;
  clock: Clock;
  /** Adds a session that is stored. */
  add: (record: SessionRecord) => Session;
}

/**
 * A number keeps its session id (contract 1.4). When an account is linked again, the session that it had goes on with the new
 * device, even if it was deleted meanwhile, and the id of the new session becomes an alias.
 */
export class Relinks {
  readonly #deps: RelinksDeps;
  readonly #aliases = new Map<SessionId, SessionId>();
  #isStopping = false;

  constructor(deps: RelinksDeps) {
    this.#deps = deps;
  }

  /** Loads the aliases. */
  async load(): Promise<void> {
    for (const [alias, id] of await this.#deps.accountIds.aliases()) this.#aliases.set(alias, id);
  }

  /** The process is ending: nothing is handed over any more. The next one does it. */
  stop(): void {
    this.#isStopping = true;
  }

  /** The id of the session that an id stands for. */
  resolve(id: SessionId): SessionId | Promise<SessionId> {
    if (this.#deps.registry.sessions.has(id)) return id;
    return this.#aliases.get(id) ?? this.#deps.placement.resolve(id);
  }

  /**
   * Hands the device of `newer` to the session that its number has, if there is another one; otherwise runs `announce`, which is
   * told whether the number was announced under this id before. Returns whether `newer` is gone.
   */
  async settle(
    newer: Session,
    identity: AccountIdentity,
    announce?: (isReturning: boolean) => Promise<void>,
  ): Promise<boolean> {
    const elder = await this.#deps.placement.announcing(identity.phoneNumber, () =>
      this.#announceUnlessElder(newer.sessionId, identity.phoneNumber, announce),
    );
    if (elder === undefined || this.#isStopping) return false;
    await newer.detach();
    try {
      return await this.#handOver(newer, elder, { ...newer.record, identity });
    } catch (error) {
      // The elder may have left for another node in between: the first login tries it again.
      newer.resume();
      throw error;
    }
  }

  /** Only looks: the elder stays where it runs until the device is handed over. */
  async #announceUnlessElder(
    newer: SessionId,
    number: PhoneNumber,
    announce?: (isReturning: boolean) => Promise<void>,
  ): Promise<SessionId | undefined> {
    const { accountIds } = this.#deps;
    const isReturning = (await accountIds.idOf(number)) === newer;
    const elder = isReturning ? undefined : await accountIds.elderOf(newer, number);
    if (elder === undefined) await announce?.(isReturning);
    return elder;
  }

  /** Runs in the turn of `newer`, and waits for that of the elder, which never waits for this one. */
  async #handOver(newer: Session, elder: SessionId, from: SessionRecord): Promise<boolean> {
    const { registry, placement, store } = this.#deps;
    let isDone = false;
    while (!isDone && !this.#isStopping) {
      await registry.removed(elder);
      await placement.bring(elder);
      const session = registry.sessions.get(elder);
      if (session) isDone = await session.takeDevice(from);
      // One that is stored has just left again for another node.
      else if ((await store.some([elder])).length === 0) {
        await this.#revive(elder, from);
        isDone = true;
      }
    }
    if (!isDone) return false;
    this.#redirect(from.sessionId, elder);
    await this.#forget(newer);
    return true;
  }

  /** The account of a deleted session was linked again: it comes back under its id. */
  async #revive(sessionId: SessionId, from: SessionRecord): Promise<void> {
    const { clock, store, folders, metrics, add } = this.#deps;
    const said = await takenProfile(store, undefined, from);
    const changes = { sessionId, phase: 'linking' as const, updatedAtMs: clock.now() };
    const record = { ...from, ...changes, ...(said.profile && { profile: said.profile }) };
    const note = { atMs: clock.now(), what: 'relinked' as const, why: null };
    await store.commit(record, [], { deviceOf: from.sessionId, note, ...said });
    metrics.became(statusOf(record.phase));
    add(record).resume();
    await folders.create(sessionId);
  }

  async #forget(newer: Session): Promise<void> {
    newer.vanish();
    this.#deps.connector.release(newer.sessionId);
    this.#deps.metrics.became('removed');
    await this.#deps.registry.drop(newer);
  }

  #redirect(alias: SessionId, id: SessionId): void {
    for (const [other, target] of this.#aliases) if (target === alias) this.#aliases.set(other, id);
    this.#aliases.delete(id);
    this.#aliases.set(alias, id);
  }
}
