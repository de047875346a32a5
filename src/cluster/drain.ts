import type { SessionId } from '../domain/session-id.ts';
import type { Clock } from '../kit/clock.ts';
import { describeFailure } from '../kit/failure.ts';
import type { Logger } from '../kit/logger.ts';
import type { LivingNode, Membership, Ownership } from '../ports/ownership.ts';
import { bounded } from '../kit/bounded.ts';
import type { HandOvers } from './hand-overs.ts';
import { newest, spread, takers } from './shares.ts';
import { Waves } from './waves.ts';

/** The dependencies of {@link drain}. */
export interface DrainDeps {
  nodeId: string;
  membership: Pick<Membership, 'drain' | 'living'>;
  ownership: Pick<Ownership, 'owned' | 'untaken'>;
  handOvers: HandOvers;
  /** `CLUSTER_DRAIN`. */
  limitMs: number;
  clock: Clock;
  log: Logger;
}

/** How long those may take that are left at the end, all together. */
const REST_MS = 3_000;

/** The nodes that take the sessions of a node that ends. */
export function successors(nodes: readonly LivingNode[], nodeId: string): LivingNode[] {
  return newest(takers(nodes, nodeId));
}

/**
 * Gives all sessions away, to the nodes of the newest version that have the fewest, as fast as they take them. What is left after the limit, or has no
 * successor, is closed and released together, for anybody. Never rejects: the process ends in any case.
 */
export async function drain(deps: DrainDeps): Promise<void> {
  const { nodeId, membership, ownership, handOvers, clock, log } = deps;
  const endMs = clock.monotonic() + deps.limitMs;
  const leftMs = (): number => Math.max(0, endMs - clock.monotonic());
  const nodes = await bounded(
    membership.drain().then(() => membership.living()),
    leftMs(),
    clock,
  ).catch((error: unknown) => {
    log.warn({ failure: describeFailure(error) }, 'the other nodes are not known: sessions are left to any of them');
    return [];
  });
  const givenTo = spread([...ownership.owned], nodes === 'late' ? [] : successors(nodes, nodeId));
  await new Waves({ ownership, handOvers, clock, log }, givenTo).run(leftMs);
  const rest: SessionId[] = [...ownership.owned];
  if (rest.length > 0) log.info({ sessions: rest.length }, 'sessions without a successor are left to any node');
  await bounded(Promise.all(rest.map((id) => handOvers.give(id, null))), REST_MS, clock);
}
