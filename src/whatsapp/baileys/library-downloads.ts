import { type Clock } from '../../kit/clock.ts';
import { boundedFetch, type Fetch } from './bounded-fetch.ts';

/** A download may hold up everything else of its account for so long. */
const DEADLINE_MS = 60_000;
/** A first history is some ten megabytes, compressed. */
const MAX_BYTES = 128 * 1024 * 1024;

/** The address at WhatsApp under which a file may be fetched; `undefined` when there is none. */
type AddressOf = (location: { url: string }) => URL | undefined;

/**
 * Bounds what Baileys downloads by itself: histories and the state of the apps. It has no deadline and no limit there, and a
 * connection that is cut off in the middle ends as an exception that nobody can catch, with the account deaf behind it
 * (messages-media.js pipes the body on and forgets its errors). It would also ask any host that a message names. Given to
 * Baileys as the `dispatcher` of its options, it comes back as an option of `fetch`, by which those downloads are told from
 * everybody else's.
 */
export class LibraryDownloads {
  readonly #clock: Clock;
  readonly #addressOf: AddressOf;

  constructor(clock: Clock, addressOf: AddressOf) {
    this.#clock = clock;
    this.#addressOf = addressOf;
    boundLibraryDownloads();
  }

  /** The whole answer, or an error in time. */
  async fetch(fetch: Fetch, target: Parameters<Fetch>[0], init: RequestInit): Promise<Response> {
    const url = target instanceof Request ? target.url : String(target);
    const address = this.#addressOf({ url });
    if (!address) throw new Error('This is no address of a file at WhatsApp');
    return boundedFetch(fetch, address, init, { clock: this.#clock, deadlineMs: DEADLINE_MS, maxBytes: MAX_BYTES });
  }
}

let bound = false;

/** Everything else that is fetched in the process stays as it is. */
function boundLibraryDownloads(): void {
  if (bound) return;
  bound = true;
  const fetch = globalThis.fetch;
  globalThis.fetch = (target, init) => {
    const { dispatcher, ...rest } = (init ?? {}) as RequestInit & { dispatcher?: unknown };
    return dispatcher instanceof LibraryDownloads ? dispatcher.fetch(fetch, target, rest) : fetch(target, init);
  };
}
