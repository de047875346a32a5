import { AppError } from '../domain/errors.ts';
import type { SessionId } from '../domain/session-id.ts';
import { BoundedCache } from '../kit/bounded-cache.ts';
import type { Clock } from '../kit/clock.ts';
import type { Owner, OwningNode, SessionDirectory } from '../ports/cluster.ts';
import type { Ownership } from '../ports/ownership.ts';

/** How long an owner is believed. If it has changed, the old one answers 421, and costs a request some milliseconds. */
const BELIEVED_MS = 1_000;
const MAX_BELIEVED = 10_000;
/** How long a request waits for an owner: longer than a handover takes, and shorter than clients wait. */
const WAIT_MS = 10_000;
/** How often a waiting request looks, in case no hint comes. */
const LOOK_MS = 1_000;
const RETRY_AFTER_MS = 2_000;

/** The dependencies of {@link OwnershipDirectory}. */
export interface OwnershipDirectoryDeps {
  ownership: Pick<Ownership, 'owned' | 'ownerOf' | 'onChange'>;
  /** `CLUSTER_NODE_ID`. */
  nodeId: string;
  clock: Clock;
}

/** Finds owners in the database, and remembers them for a second. */
export class OwnershipDirectory implements SessionDirectory {
  readonly #deps: OwnershipDirectoryDeps;
  readonly #believed: BoundedCache<Owner>;
  /** The questions on their way to the database. */
  readonly #looks = new Map<SessionId, Promise<Owner | undefined>>();
  /** Wakes those who wait for an owner. */
  #change = Promise.withResolvers<undefined>();

  constructor(deps: OwnershipDirectoryDeps) {
    this.#deps = deps;
    this.#believed = new BoundedCache(deps.clock, { max: MAX_BELIEVED, ttlMs: BELIEVED_MS });
    deps.ownership.onChange(() => {
      this.#change.resolve(undefined);
      this.#change = Promise.withResolvers();
    });
  }

  owns(sessionId: SessionId): boolean {
    return this.#deps.ownership.owned.has(sessionId);
  }

  isElsewhere(sessionId: SessionId): boolean {
    return !this.owns(sessionId) && this.#believed.get(sessionId) !== undefined;
  }

  /** Forgets an owner that says it is none. */
  forget(sessionId: SessionId): void {
    this.#believed.delete(sessionId);
  }

  async ownerOf(sessionId: SessionId, waitMs = WAIT_MS, except?: OwningNode): Promise<Owner> {
    const { clock } = this.#deps;
    const endMs = clock.monotonic() + waitMs;
    for (;;) {
      // Asked for before the look: a change during the look must not be missed.
      const change = this.#change.promise;
      const owner = await this.#owner(sessionId);
      if (owner && !isRunOf(owner, except)) return owner;
      this.forget(sessionId);
      const leftMs = endMs - clock.monotonic();
      if (leftMs <= 0) throw new AppError('session_moving', { retryAfterMs: RETRY_AFTER_MS });
      await this.#changeOr(change, Math.min(LOOK_MS, leftMs));
    }
  }

  async #owner(sessionId: SessionId): Promise<Owner | undefined> {
    if (this.owns(sessionId)) return { kind: 'this-node' };
    const believed = this.#believed.get(sessionId);
    if (believed) return believed;
    const under = this.#looks.get(sessionId);
    if (under) return under;
    const look = this.#look(sessionId).finally(() => this.#looks.delete(sessionId));
    this.#looks.set(sessionId, look);
    return look;
  }

  /** `undefined` while nobody owns it, and while this node is about to, or has just stopped to. */
  async #look(sessionId: SessionId): Promise<Owner | undefined> {
    const entry = await this.#deps.ownership.ownerOf(sessionId);
    if (!entry || this.owns(sessionId)) return { kind: 'this-node' };
    const { owner } = entry;
    if (owner === null || owner.nodeId === this.#deps.nodeId) return undefined;
    const found: Owner = { kind: 'other-node', ...owner };
    this.#believed.set(sessionId, found);
    return found;
  }

  #changeOr(change: Promise<undefined>, delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#deps.clock.after(delayMs, resolve);
      void change.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }
}

function isRunOf(owner: Owner, node: OwningNode | undefined): boolean {
  return owner.kind === 'other-node' && owner.incarnation === node?.incarnation;
}
