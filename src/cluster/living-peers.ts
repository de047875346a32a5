import type { LivingNode } from '../ports/ownership.ts';

type Named = Pick<LivingNode, 'nodeId'>;

/** Where the living nodes are known from. */
export interface LivingPeersDeps {
  /** Those of the last look. */
  known: () => readonly Named[];
  /** Looks anew. */
  look: () => Promise<readonly Named[]>;
}

/** Knows which names are those of living nodes. A node that has just joined is looked for; one that is known is not. */
export class LivingPeers {
  readonly #deps: LivingPeersDeps;
  #look: Promise<readonly Named[]> | undefined;

  constructor(deps: LivingPeersDeps) {
    this.#deps = deps;
  }

  /** Never rejects: while the database is away, those count that are known. */
  readonly has = async (nodeId: string): Promise<boolean> => {
    const isNamed = (nodes: readonly Named[]): boolean => nodes.some((node) => node.nodeId === nodeId);
    if (isNamed(this.#deps.known())) return true;
    // One that had begun before may have missed a node that has joined meanwhile.
    const earlier = this.#look;
    if (earlier && isNamed(await earlier)) return true;
    return isNamed(await this.#sharedLook());
  };

  #sharedLook(): Promise<readonly Named[]> {
    this.#look ??= this.#deps
      .look()
      .catch(() => [])
      .finally(() => (this.#look = undefined));
    return this.#look;
  }
}
