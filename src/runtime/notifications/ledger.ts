import type { SettingsStore } from '../../ports/storage.ts';

/** A concern as it is seen now. */
export interface Sighting {
  /** The id of a session, or the name of a trouble of the server. */
  id: string;
  /** Since when, in Unix ms. */
  sinceMs: number;
  /** How long it has lasted. */
  ageMs: number;
}

/** What is to be told now. */
export interface Due {
  begun: readonly Sighting[];
  /** What was told, and is over. */
  over: readonly { id: string; sinceMs: number }[];
}

const SETTING = 'notified';
/** So long nothing more may end until what has ended is told: accounts that come back one after the other are one notification. */
const CALM_MS = 30_000;
/** So long they are waited for at most. */
const LONGEST_CALM_MS = 300_000;

/**
 * Which concerns somebody was told of. That is stored, so that a restart tells nothing twice; one process at a time may have a ledger.
 * Of what fails together, the first to last long enough takes the others with it.
 */
export class Ledger {
  readonly #store: SettingsStore;
  /** By concern, since when it had lasted, in Unix ms. */
  readonly #told: Map<string, number>;
  /** Since when what was told is over, by the monotonic clock. */
  readonly #overAt = new Map<string, number>();

  private constructor(store: SettingsStore, told: Map<string, number>) {
    this.#store = store;
    this.#told = told;
  }

  /** @throws StorageUnavailableError */
  static async load(store: SettingsStore): Promise<Ledger> {
    return new Ledger(store, parsed(await store.get(SETTING)));
  }

  /** The concerns that somebody was told of, and that were not yet told to be over. */
  get told(): readonly string[] {
    return [...this.#told.keys()];
  }

  /**
   * What is to be told, if anything: of what has lasted for `afterMs` with what has lasted for half of that, and of all that is over.
   * `nowMs` is of the monotonic clock.
   */
  due(
    sightings: readonly Sighting[],
    over: readonly string[],
    { afterMs, nowMs }: { afterMs: number; nowMs: number },
  ): Due {
    const untold = sightings.filter(({ id }) => !this.#told.has(id));
    const isDue = untold.some(({ ageMs }) => ageMs >= afterMs);
    for (const id of this.#overAt.keys()) if (!over.includes(id)) this.#overAt.delete(id);
    for (const id of over) if (!this.#overAt.has(id)) this.#overAt.set(id, nowMs);
    const times = [...this.#overAt.values()];
    const isCalm = nowMs - Math.max(...times) >= CALM_MS || nowMs - Math.min(...times) >= LONGEST_CALM_MS;
    return {
      begun: isDue ? untold.filter(({ ageMs }) => ageMs >= afterMs / 2) : [],
      over: isCalm ? [...this.#overAt.keys()].map((id) => ({ id, sinceMs: this.#told.get(id) ?? 0 })) : [],
    };
  }

  /** Somebody was told. @throws StorageUnavailableError: then it counts in this process only */
  async wasTold({ begun, over }: Due): Promise<void> {
    for (const { id, sinceMs } of begun) this.#told.set(id, sinceMs);
    await this.forget(over.map(({ id }) => id));
  }

  /** What no longer exists is neither told nor over. @throws StorageUnavailableError */
  async forget(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.#told.delete(id);
      this.#overAt.delete(id);
    }
    await this.#store.set(SETTING, JSON.stringify(Object.fromEntries(this.#told)));
  }
}

/** What cannot be read counts as nothing: then somebody is told again. */
function parsed(text: string | undefined): Map<string, number> {
  try {
    const value = JSON.parse(text ?? '{}') as unknown;
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return new Map(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
  } catch {
    return new Map();
  }
}
