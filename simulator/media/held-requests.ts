import type { ServerResponse } from 'node:http';

import type { Changes } from '../kit/changes.ts';

/** The requests that the media server holds back until they are released (`media-held`). */
export class HeldRequests {
  readonly #changes: Changes;
  #count = 0;
  #most = 0;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /** The number of requests held now. */
  get count(): number {
    return this.#count;
  }

  /** The highest `count` so far. */
  get most(): number {
    return this.#most;
  }

  /** Resolves when the request is released, or its client has disconnected. */
  async hold(response: ServerResponse, released: Promise<unknown>): Promise<void> {
    this.#count += 1;
    this.#most = Math.max(this.#most, this.#count);
    this.#changes.announce();
    const gone = new Promise((resolve) => response.once('close', resolve));
    await Promise.race([released, gone]);
    this.#count -= 1;
    this.#changes.announce();
  }
}
