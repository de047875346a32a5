import type { Clock, Timer } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { ClusterVersions, Membership, NodeDescription, NodeLoad } from '../ports/ownership.ts';
import { bounded } from '../kit/bounded.ts';
import type { LocalLease } from './lease.ts';
import { BEATS_PER_LEASE } from './silent-nodes.ts';
import { Ticker } from './ticker.ts';

/** The dependencies of {@link Heartbeat}. */
export interface HeartbeatDeps {
  membership: Pick<Membership, 'join' | 'beat'>;
  lease: LocalLease;
  leaseMs: number;
  clock: Clock;
  log: Logger;
  load: () => NodeLoad;
  /** The lease is held again. */
  onHeld: () => void;
  /** The lease is over for now. */
  onOver: () => void;
  /** The others have buried this node. */
  onBuried: () => void;
  /** Called with each answered beat. */
  onVersions: (versions: ClusterVersions) => void;
}

/** Shows the others that this node lives, and knows whether it may act. */
export class Heartbeat {
  readonly #deps: HeartbeatDeps;
  readonly #ticker: Ticker;
  #isHeld = false;
  #end: Timer | undefined;

  constructor(deps: HeartbeatDeps) {
    const { leaseMs, clock, log } = deps;
    this.#deps = deps;
    const work = () => this.#beat();
    this.#ticker = new Ticker({ what: 'beat', everyMs: leaseMs / BEATS_PER_LEASE, work, clock, log });
  }

  /** Joins the cluster as this node, and beats from then on. */
  async start(node: NodeDescription): Promise<void> {
    const { membership, lease, clock } = this.#deps;
    const sentAtMs = clock.monotonic();
    await membership.join(node);
    lease.renew(sentAtMs);
    this.#compare();
    this.#ticker.nudge();
  }

  stop(): void {
    this.#ticker.stop();
    this.#end?.cancel();
  }

  /** An answer that never comes must not keep the next beat from being sent. */
  async #beat(): Promise<void> {
    const { membership, lease, leaseMs, clock, load, onBuried, onVersions } = this.#deps;
    const sentAtMs = clock.monotonic();
    const versions = await bounded(membership.beat(load()), leaseMs, clock);
    if (versions === 'late') throw new Error('The database has not answered a beat for a whole lease');
    if (!versions) {
      this.stop();
      lease.end();
      onBuried();
      return;
    }
    lease.renew(sentAtMs);
    this.#compare();
    onVersions(versions);
  }

  /** Tells when the lease begins and ends. */
  #compare(): void {
    const { lease, clock, onHeld, onOver, log } = this.#deps;
    const { isHeld, marginMs } = lease;
    this.#end?.cancel();
    if (isHeld) this.#end = clock.after(marginMs, () => this.#compare());
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    if (isHeld) {
      onHeld();
      return;
    }
    log.warn('the database answers no beats: connections are closed until it does');
    onOver();
  }
}
