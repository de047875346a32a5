import { describeFailure } from '../kit/failure.ts';
import type { Logger } from '../kit/logger.ts';
import type { ClusterVersions } from '../ports/ownership.ts';

/** What each node keeps a copy of. */
type Kept = keyof ClusterVersions;

/** Reads anew, after each beat, what other nodes have changed since. */
export class Versions {
  readonly #reload: Record<Kept, () => Promise<void>>;
  readonly #log: Logger;
  readonly #read = new Map<Kept, number>();

  constructor(reload: Record<Kept, () => Promise<void>>, log: Logger) {
    this.#reload = reload;
    this.#log = log;
  }

  /** A version that could not be read is tried again with the next beat. Never rejects. */
  async saw(versions: ClusterVersions): Promise<void> {
    await Promise.all((['keys', 'settings'] as const).map((kept) => this.#compare(kept, versions[kept])));
  }

  async #compare(kept: Kept, version: number): Promise<void> {
    if (this.#read.get(kept) === version) return;
    try {
      await this.#reload[kept]();
      this.#read.set(kept, version);
    } catch (error) {
      this.#log.warn({ kept, failure: describeFailure(error) }, 'what another node has changed could not be read yet');
    }
  }
}
