import type { Agent } from 'node:http';
import type { Clock } from '../../kit/clock.ts';
import { fetchOver } from '../proxy/fetch-over-agent.ts';
import { boundedFetch, type Fetch } from './bounded-fetch.ts';

/** While Baileys downloads, it does nothing else for the account. */
const DEADLINE_MS = 60_000;
/** The first history of an account is some ten megabytes, compressed. */
const MAX_BYTES = 128 * 1024 * 1024;

/** The address at WhatsApp from which a file may be fetched; `undefined` when there is none. */
type AddressOf = (location: { url: string }) => URL | undefined;

/**
 * Bounds what Baileys downloads by itself: histories and app state. Baileys sets no deadline and no limit there, and asks
 * any host that a message names. A connection that is cut halfway throws where nobody can catch it, and the account receives
 * nothing from then on (messages-media.js pipes the body on and ignores its errors).
 *
 * Given to Baileys as the `dispatcher` of its options, an instance comes back in the options of `fetch`, where
 * {@link routeLibraryDownloads} recognizes it. Without that patch `fetch` rejects: nothing is downloaded unbounded.
 */
export class LibraryDownloads {
  readonly #clock: Clock;
  readonly #addressOf: AddressOf;
  readonly #agent: Agent | undefined;

  /** With `agent`, it fetches by that. */
  constructor(clock: Clock, addressOf: AddressOf, agent?: Agent) {
    this.#agent = agent;
    this.#clock = clock;
    this.#addressOf = addressOf;
  }

  /** The same by this agent, if there is one. */
  over(agent: Agent | undefined): LibraryDownloads {
    return agent ? new LibraryDownloads(this.#clock, this.#addressOf, agent) : this;
  }

  /**
   * Resolves with the complete response.
   * @throws an Error when the address is not one of WhatsApp's, and as {@link boundedFetch} does
   */
  async fetch(fetch: Fetch, target: Parameters<Fetch>[0], init: RequestInit): Promise<Response> {
    const url = target instanceof Request ? target.url : String(target);
    const address = this.#addressOf({ url });
    if (!address) throw new Error('This is not the address of a file at WhatsApp');
    const direct = this.#agent ? fetchOver(this.#agent) : fetch;
    return boundedFetch(direct, address, init, { clock: this.#clock, deadlineMs: DEADLINE_MS, maxBytes: MAX_BYTES });
  }
}

/** Has `globalThis.fetch` hand over the requests whose dispatcher is a {@link LibraryDownloads}. All others stay as they are. */
export function routeLibraryDownloads(): void {
  const fetch = globalThis.fetch;
  globalThis.fetch = (target, init) => {
    const { dispatcher, ...rest } = (init ?? {}) as RequestInit & { dispatcher?: unknown };
    return dispatcher instanceof LibraryDownloads ? dispatcher.fetch(fetch, target, rest) : fetch(target, init);
  };
}
