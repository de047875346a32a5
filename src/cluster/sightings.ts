import type { Clock } from '../kit/clock.ts';
import type { LivingNode } from '../ports/ownership.ts';
import { BEATS_PER_LEASE, nameOfRun, type Observations } from './silent-nodes.ts';

/** A node, as this one has last seen it. */
export interface SeenNode {
  nodeId: string;
  version: string;
  /** How many sessions it runs. */
  owned: number;
  /** It hands over what it has, and takes nothing. */
  isDraining: boolean;
  /** It has missed several beats, or was buried after that. */
  isLost: boolean;
  /** Since this node first saw its latest beat, in ms. */
  sinceBeatMs: number;
}

interface Sighting {
  node: LivingNode;
  /** When its latest beat was first seen. */
  sinceMs: number;
  isLost: boolean;
}

/** So many missed beats are more than a busy moment. A node that ends in order has just beaten. */
const LOST_BEATS = 3;
/** How long a node that was buried is remembered. */
const REMEMBERED_MS = 10 * 60_000;

/** Remembers how the nodes looked when this one last looked, and which were lost a while ago. */
export class Sightings {
  readonly #silenceMs: number;
  readonly #clock: Clock;
  #sightings: readonly Sighting[] = [];
  #lookedAtMs: number | undefined;

  constructor(leaseMs: number, clock: Clock) {
    this.#silenceMs = (LOST_BEATS * leaseMs) / BEATS_PER_LEASE;
    this.#clock = clock;
  }

  /** All living nodes, as a look found them, and what is known of their beats. */
  saw(nodes: readonly LivingNode[], { answeredAtMs, seen }: Observations): void {
    const living = nodes.map((node) => {
      const sinceMs = seen.get(nameOfRun(node))?.sinceMs ?? answeredAtMs;
      return { node, sinceMs, isLost: answeredAtMs - sinceMs >= this.#silenceMs };
    });
    const names = new Set(nodes.map(({ nodeId }) => nodeId));
    const lost = this.#sightings.filter(
      ({ node, sinceMs, isLost }) => isLost && !names.has(node.nodeId) && answeredAtMs - sinceMs < REMEMBERED_MS,
    );
    this.#sightings = [...living, ...lost];
    this.#lookedAtMs = answeredAtMs;
  }

  /** How long ago the last answered look was, in ms; `undefined` before the first. */
  get ageMs(): number | undefined {
    return this.#lookedAtMs === undefined ? undefined : this.#clock.monotonic() - this.#lookedAtMs;
  }

  /** By name. */
  get nodes(): SeenNode[] {
    const now = this.#clock.monotonic();
    return this.#sightings
      .map(({ node: { nodeId, version, load, isDraining }, sinceMs, isLost }) => ({
        ...{ nodeId, version, owned: load.owned, isDraining, isLost },
        sinceBeatMs: now - sinceMs,
      }))
      .sort((one, other) => (one.nodeId < other.nodeId ? -1 : 1));
  }
}
