import type { SessionId } from '../domain/session-id.ts';
import type { Clock } from '../kit/clock.ts';
import type { LivingNode } from '../ports/ownership.ts';
import { nameOfRun } from './silent-nodes.ts';
import { fairShare, spread, takers } from './shares.ts';

/** How much more than its share a node may have: every move is a login at WhatsApp. */
const TOLERANCE = 1.1;
const TOLERATED = 5;
/** One in so many is given away at a time. */
const ONE_IN = 100;
/** A session that has just moved stays for this long. */
const STAY_MS = 600_000;
/** For so many leases after a node has gone, nothing moves but what it left behind. */
const CALM_LEASES = 2;

/** How many of its sessions a node gives away now. */
export function howManyToGive(owned: number, share: number): number {
  if (owned <= TOLERANCE * share + TOLERATED) return 0;
  return Math.min(owned - share, Math.max(1, Math.floor(owned / ONE_IN)));
}

/** The other nodes that have less than their share. */
export function withRoom(all: number, me: LivingNode, nodes: readonly LivingNode[]): LivingNode[] {
  return takers(nodes, me.nodeId).filter((node) => node.load.owned < fairShare(all, node, nodes));
}

/** What {@link Balance.plan} decides on. */
export interface BalanceSituation {
  all: number;
  me: LivingNode;
  nodes: readonly LivingNode[];
  owned: number;
  /** The sessions of this node, the quietest first. */
  quietest: (limit: number) => readonly SessionId[];
}

/** Decides which sessions a node with too many of them gives to others. */
export class Balance {
  readonly #clock: Clock;
  readonly #calmMs: number;
  /** When each session came here from another node. */
  readonly #cameAt = new Map<SessionId, number>();
  #runs: ReadonlySet<string> = new Set();
  #lastEndMs = -Infinity;

  constructor(leaseMs: number, clock: Clock) {
    this.#clock = clock;
    this.#calmMs = CALM_LEASES * leaseMs;
  }

  /** Sessions were taken over while there were other nodes: they may have moved just now. */
  came(sessionIds: readonly SessionId[]): void {
    const nowMs = this.#clock.monotonic();
    for (const id of sessionIds) this.#cameAt.set(id, nowMs);
  }

  /** Must see every look: a node that was there and is not any more has ended. */
  saw(nodes: readonly LivingNode[]): void {
    const runs = new Set(nodes.map(nameOfRun));
    if ([...this.#runs].some((run) => !runs.has(run))) this.#lastEndMs = this.#clock.monotonic();
    this.#runs = runs;
  }

  /** The sessions to give away now, and the node that each goes to. */
  plan({ all, me, nodes, owned, quietest }: BalanceSituation): Map<SessionId, string> {
    const nowMs = this.#clock.monotonic();
    this.#forget(nowMs);
    const count = howManyToGive(owned, fairShare(all, me, nodes));
    if (count === 0 || me.isDraining || nowMs - this.#lastEndMs < this.#calmMs) return new Map();
    const movable = quietest(count + this.#cameAt.size).filter((id) => !this.#cameAt.has(id));
    return spread(movable.slice(0, count), withRoom(all, me, nodes));
  }

  #forget(nowMs: number): void {
    for (const [id, cameAtMs] of this.#cameAt) if (nowMs - cameAtMs >= STAY_MS) this.#cameAt.delete(id);
  }
}
