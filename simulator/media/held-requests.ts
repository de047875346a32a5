import { type ServerResponse } from 'node:http';

import { type Changes } from '../kit/changes.ts';

/** The requests to a media server that are taken, and not answered before somebody lets them go. */
export class HeldRequests {
  readonly #changes: Changes;
  #count = 0;
  #most = 0;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /** How many there are now. */
  get count(): number {
    return this.#count;
  }

  /** The most that there were at one time. */
  get most(): number {
    return this.#most;
  }

  /** Resolves when the request is let go, or its client is gone. */
  async hold(response: ServerResponse, letGo: Promise<unknown>): Promise<void> {
    this.#count += 1;
    this.#most = Math.max(this.#most, this.#count);
    this.#changes.announce();
    const gone = new Promise((resolve) => response.once('close', resolve));
    await Promise.race([letGo, gone]);
    this.#count -= 1;
    this.#changes.announce();
  }
}
