import type { LivingNode } from '../ports/ownership.ts';

/** What this node saw when it last looked at all nodes. */
export interface Observations {
  /** When that look was answered, on this node's monotonic clock. */
  answeredAtMs: number;
  /** The beat of each run, and when this node first saw it. */
  seen: ReadonlyMap<string, { beat: number; sinceMs: number }>;
}

/** A look at all nodes, with its times on this node's monotonic clock. */
export interface Look {
  sentAtMs: number;
  answeredAtMs: number;
  nodes: readonly LivingNode[];
}

/** Who is judged how. */
export interface Judgement {
  observations: Observations;
  /** The nodes that have not beaten for a whole lease. */
  silent: LivingNode[];
}

/** How long the looks may come without an answer until nothing is known of the others' beats any more. */
const LONGEST_GAP_BEATS = 3;
/** How often a node beats within a lease. */
export const BEATS_PER_LEASE = 5;

/**
 * Compares a look with those before. A node is silent when its beat has stayed the same for a whole lease on this node's own
 * clock, from the answer that first showed it to the question that last did. After a gap in the looks, the observation begins
 * anew: this node was frozen, or the database was away, and then nobody could beat.
 */
export function observe(before: Observations | undefined, look: Look, leaseMs: number): Judgement {
  const { sentAtMs, answeredAtMs, nodes } = look;
  const longestGapMs = (LONGEST_GAP_BEATS * leaseMs) / BEATS_PER_LEASE;
  const known = before && answeredAtMs - before.answeredAtMs <= longestGapMs ? before.seen : undefined;
  const seen = new Map(
    nodes.map((node) => {
      const earlier = known?.get(nameOfRun(node));
      const sinceMs = earlier?.beat === node.beat ? earlier.sinceMs : answeredAtMs;
      return [nameOfRun(node), { beat: node.beat, sinceMs }] as const;
    }),
  );
  const silent = nodes.filter((node) => sentAtMs - (seen.get(nameOfRun(node))?.sinceMs ?? answeredAtMs) >= leaseMs);
  return { observations: { answeredAtMs, seen }, silent };
}

/** A name for one run of a node, unlike that of every other run. */
export function nameOfRun({ nodeId, incarnation }: Pick<LivingNode, 'nodeId' | 'incarnation'>): string {
  return `${nodeId} ${incarnation}`;
}
