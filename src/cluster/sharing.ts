import type { SessionId } from '../domain/session-id.ts';
import type { Clock } from '../kit/clock.ts';
import { describeFailure } from '../kit/failure.ts';
import type { Logger } from '../kit/logger.ts';
import { Supervisor } from '../kit/supervisor.ts';
import type { ClusterMetrics } from '../ports/metrics.ts';
import type { LivingNode, Ownership, SessionHost } from '../ports/ownership.ts';
import { Balance } from './balance.ts';
import { howManyToClaim } from './claims.ts';
import type { HandOvers } from './hand-overs.ts';
import { fairShare, takers } from './shares.ts';

/** How long what was released for this node waits for room. After this time, others may take it as well. */
const ROOM_LIMIT_MS = 2_000;

/** The dependencies of {@link Sharing}. */
export interface SharingDeps {
  ownership: Ownership;
  host: Pick<SessionHost, 'adopt' | 'quietest' | 'room'>;
  handOvers: HandOvers;
  leaseMs: number;
  clock: Clock;
  log: Logger;
  metrics?: Pick<ClusterMetrics, 'claimed'> | undefined;
}

/** Takes the sessions that nobody has, gives others those that they ask for, and those that this node has too many of. */
export class Sharing {
  readonly #deps: SharingDeps;
  readonly #supervisor: Supervisor;
  readonly #balance: Balance;
  /** Taken, but could not be started yet. */
  readonly #toAdopt = new Set<SessionId>();
  #looksWithUnowned = 0;
  #isOver = false;
  #unowned: { count: number; atMs: number } | undefined;

  constructor(deps: SharingDeps) {
    this.#deps = deps;
    this.#supervisor = new Supervisor(deps.log);
    this.#balance = new Balance(deps.leaseMs, deps.clock);
  }

  /** How many sessions nobody owned when they were last counted, unless that is longer ago than a lease. */
  get unowned(): number | undefined {
    const { leaseMs, clock } = this.#deps;
    return this.#unowned && clock.monotonic() - this.#unowned.atMs < leaseMs ? this.#unowned.count : undefined;
  }

  /** This node ends: what is still released for it is for others. */
  stop(): void {
    this.#isOver = true;
  }

  /** Does what the last look at all nodes calls for. */
  async run(me: LivingNode, nodes: readonly LivingNode[]): Promise<void> {
    const { ownership, host, clock } = this.#deps;
    this.#balance.saw(nodes);
    await this.#takeReleased(me);
    if (this.#isOver) return;
    await this.#adoptAgain();
    for (const [id, nodeId] of await ownership.asked()) this.#give(id, nodeId);
    const { all, unowned } = await ownership.counts();
    this.#unowned = { count: unowned, atMs: clock.monotonic() };
    await this.#claim(fairShare(all, me, nodes), unowned, takers(nodes, me.nodeId).length > 0);
    const quietest = (limit: number) => host.quietest(limit);
    const { size: owned } = ownership.owned;
    for (const [id, nodeId] of this.#balance.plan({ all, me, nodes, owned, quietest })) this.#give(id, nodeId);
  }

  /**
   * What was released for this node has no connection now, and comes before everything else: as fast as sessions log in here, since a
   * node that ends releases the next ones only when these are taken.
   */
  async #takeReleased({ nodeId }: LivingNode): Promise<void> {
    const { ownership, metrics } = this.#deps;
    for (let room = await this.#room(nodeId); room > 0 && !this.#isOver; room = await this.#room(nodeId)) {
      const sessionIds = await ownership.claim(0, room);
      metrics?.claimed(sessionIds.length);
      this.#balance.came(sessionIds);
      await this.#adopt(sessionIds);
      if (sessionIds.length === 0) return;
    }
  }

  /**
   * How many may come now; none when there is no room, and nothing comes. Otherwise room is waited for, but not for long: WhatsApp may be
   * out of reach for all.
   */
  async #room(nodeId: string): Promise<number> {
    const { host, ownership } = this.#deps;
    const room = await host.room(0);
    if (room > 0 || !(await ownership.untaken()).get(nodeId)) return room;
    return (await host.room(ROOM_LIMIT_MS)) || Infinity;
  }

  /** Claims until nothing is left that this node should take. What was released for it comes in any case. */
  async #claim(share: number, unowned: number, hasOthers: boolean): Promise<void> {
    const { ownership } = this.#deps;
    this.#looksWithUnowned = unowned > 0 ? this.#looksWithUnowned + 1 : 0;
    for (let left = unowned, claimed = Infinity; claimed > 0;) {
      const { size: owned } = ownership.owned;
      const limit = howManyToClaim({ share, owned, unowned: left, looks: this.#looksWithUnowned });
      const sessionIds = await ownership.claim(limit);
      this.#deps.metrics?.claimed(sessionIds.length);
      if (hasOthers) this.#balance.came(sessionIds);
      await this.#adopt(sessionIds);
      claimed = sessionIds.length;
      left -= claimed;
    }
  }

  /** What is on its way to another node stays so: its release failed, and is tried again. */
  async #adopt(sessionIds: readonly SessionId[]): Promise<void> {
    const { ownership, host, handOvers, log } = this.#deps;
    const ours = sessionIds.filter((id) => ownership.owned.has(id) && !handOvers.isMoving(id));
    if (ours.length === 0) return;
    for (const id of ours) this.#toAdopt.add(id);
    try {
      await host.adopt(ours);
      for (const id of ours) this.#toAdopt.delete(id);
      log.info({ sessions: ours.length }, 'sessions were taken over');
    } catch (error) {
      log.warn({ failure: describeFailure(error) }, 'sessions that were taken over could not be started; tried again');
    }
  }

  async #adoptAgain(): Promise<void> {
    const pending = [...this.#toAdopt];
    this.#toAdopt.clear();
    await this.#adopt(pending);
  }

  #give(sessionId: SessionId, nodeId: string): void {
    const { handOvers } = this.#deps;
    this.#supervisor.run('a session for another node', handOvers.give(sessionId, nodeId));
  }
}
