/** Reads for several callers at once: whoever asks in the same moment, and depends on the same writes, shares a statement. */
export class SharedRead<Key, Value> {
  readonly #written: () => Promise<unknown>;
  readonly #read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>;
  #round: Round<Key, Value> | undefined;

  /**
   * `written` returns the promise that everything is stored which was written until now: the same one as long as nothing new is
   * written. `read` returns the values that exist.
   */
  constructor(written: () => Promise<unknown>, read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>) {
    this.#written = written;
    this.#read = read;
  }

  /** The value; `undefined` when there is none. */
  async get(key: Key): Promise<Value | undefined> {
    const written = this.#written();
    const round = this.#round?.written === written ? this.#round : this.#begin(written);
    round.keys.add(key);
    return (await round.values).get(key);
  }

  #begin(written: Promise<unknown>): Round<Key, Value> {
    const keys = new Set<Key>();
    const round: Round<Key, Value> = { written, keys, values: this.#run(written, keys) };
    // Each caller handles the failure.
    round.values.catch(() => undefined);
    this.#round = round;
    return round;
  }

  async #run(written: Promise<unknown>, keys: ReadonlySet<Key>): Promise<ReadonlyMap<Key, Value>> {
    await written;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#round?.keys === keys) this.#round = undefined;
    return this.#read([...keys]);
  }
}

/** Callers that share a statement. */
interface Round<Key, Value> {
  written: Promise<unknown>;
  keys: Set<Key>;
  values: Promise<ReadonlyMap<Key, Value>>;
}
