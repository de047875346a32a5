import { type PhoneNumber } from '../domain/address.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type AccountIdentity, type SessionRecord } from '../domain/session.ts';
import { SerialQueue } from '../kit/serial-queue.ts';
import { type AccountIdStore } from '../ports/storage.ts';
import { type Session } from './session.ts';

/** Dependencies of {@link Relinks}. */
export interface RelinksDeps {
  accountIds: AccountIdStore;
  sessions: ReadonlyMap<SessionId, Session>;
  /** Resolves once a session with this id, if one is being removed, is gone. */
  removed: (id: SessionId) => Promise<void>;
  /** Brings back the session of a deleted account under its id, with the device of `from`. */
  revive: (id: SessionId, from: SessionRecord) => Promise<void>;
  /** Forgets a session whose device another one has taken over. */
  handedOver: (from: Session) => Promise<void>;
}

/**
 * A number keeps its session id (contract 1.4). When an account is linked again, the session that it had goes on with the new
 * device, even if it was deleted meanwhile, and the id of the new session becomes an alias.
 */
export class Relinks {
  readonly #deps: RelinksDeps;
  readonly #aliases = new Map<SessionId, SessionId>();
  /** Only one session at a time looks for its elder and is announced: of two with the same number, the second finds the first. */
  readonly #announcing = new SerialQueue();
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
  resolve(id: SessionId): SessionId {
    return this.#deps.sessions.has(id) ? id : (this.#aliases.get(id) ?? id);
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
    const { phoneNumber } = identity;
    const elder = await this.#announcing.run(async () => {
      const known = await this.#deps.accountIds.idOf(phoneNumber);
      const id = known === newer.sessionId ? undefined : this.#elderOf(newer.sessionId, phoneNumber, known);
      if (id === undefined) await announce?.(known === newer.sessionId);
      return id;
    });
    if (elder === undefined || this.#isStopping) return false;
    await newer.detach();
    return this.#handOver(newer, elder, { ...newer.record, identity });
  }

  /** An id whose session was deleted still belongs to the number; one whose session has another number by now does not. */
  #elderOf(newer: SessionId, number: PhoneNumber, known: SessionId | undefined): SessionId | undefined {
    const hasNumber = ({ record }: Session) => record.identity?.phoneNumber === number;
    const session = known === undefined ? undefined : this.#deps.sessions.get(known);
    if (known !== undefined && (!session || hasNumber(session))) return known;
    const all = [...this.#deps.sessions.values()];
    return all.find((other) => other.sessionId !== newer && other.record.announced && hasNumber(other))?.sessionId;
  }

  /** Runs in the turn of `newer`, and waits for that of the elder, which never waits for this one. */
  async #handOver(newer: Session, elder: SessionId, from: SessionRecord): Promise<boolean> {
    let isDone = false;
    while (!isDone && !this.#isStopping) {
      await this.#deps.removed(elder);
      const session = this.#deps.sessions.get(elder);
      if (session) isDone = await session.takeDevice(from);
      else {
        await this.#deps.revive(elder, from);
        isDone = true;
      }
    }
    if (!isDone) return false;
    this.#redirect(from.sessionId, elder);
    await this.#deps.handedOver(newer);
    return true;
  }

  #redirect(alias: SessionId, id: SessionId): void {
    for (const [other, target] of this.#aliases) if (target === alias) this.#aliases.set(other, id);
    this.#aliases.delete(id);
    this.#aliases.set(alias, id);
  }
}
