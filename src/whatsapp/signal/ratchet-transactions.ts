import type {
  SignalDataSet,
  SignalDataTypeMap,
  SignalKeyStore,
  SignalKeyStoreWithTransaction,
} from '@whiskeysockets/baileys';
import type { JournalEntry } from '../../ports/signal.ts';
import { SerialQueue } from '../../kit/serial-queue.ts';

/** Stores what one step changed and what it decrypted, all or nothing. */
export type CommitStep = (changes: SignalDataSet, decrypted: readonly JournalEntry[]) => Promise<void>;

/** A step, and how its result becomes a journal entry. */
export interface Step<Result> {
  run: () => Promise<Result>;
  entryOf: (result: Result) => JournalEntry;
}

/** A step that waits to run with others, with the promise of its result. */
interface Waiting extends PromiseWithResolvers<unknown> {
  step: () => Promise<unknown>;
}

/** The keys that a ratchet step reads and writes; all others bypass its transaction. */
const RATCHET_KEYS = ['session', 'identity-key', 'pre-key', 'sender-key'] as const;
type RatchetKey = (typeof RATCHET_KEYS)[number];

/** What a step has written of one type; `null` is removed. */
type Written<Type extends keyof SignalDataTypeMap> = Record<string, SignalDataTypeMap[Type] | null>;
type Awaitable<Value> = Value | Promise<Value>;

/**
 * Runs the ratchet steps of one account one after the other, each as a transaction: what a step writes is collected,
 * and committed when the step has succeeded. A step that fails leaves nothing behind.
 *
 * The result of a step that decrypts is released while its commit is still on its way to the disk, so that the message can become a
 * webhook in the same commit: no frame of the connection leaves before it has arrived there. Every other result waits for its commit.
 * A commit begins only when the one before it is stored: a ratchet is never stored ahead of a message whose key it no longer has.
 */
export class RatchetTransactions {
  readonly #stored: SignalKeyStore;
  readonly #commit: CommitStep;
  readonly #queue = new SerialQueue();
  /** The commit of the latest step that decrypted something. */
  #underway: Promise<void> = Promise.resolve();
  /** What the running step has written so far. */
  #written: SignalDataSet | undefined;
  readonly #waiting: Waiting[] = [];

  constructor(stored: SignalKeyStore, commit: CommitStep) {
    this.#stored = stored;
    this.#commit = commit;
  }

  /** Runs one step; if it decrypts a message, `entryOf` turns its result into the journal entry that is committed with it. */
  run<Result>(step: () => Promise<Result>, entryOf?: (result: Result) => JournalEntry): Promise<Result> {
    return this.#queue.run(() =>
      this.#collecting(async () => {
        const result = await step();
        await this.#commitAny(entryOf ? [entryOf(result)] : []);
        return result;
      }),
    );
  }

  /**
   * Runs several steps in one transaction, each on what those before it wrote. The first that fails leaves nothing
   * behind, and those after it do not run. Returns the results of those that succeeded.
   */
  runAll<Result>(steps: readonly Step<Result>[]): Promise<Result[]> {
    return this.#queue.run(() =>
      this.#collecting(async () => {
        const results: Result[] = [];
        const entries: JournalEntry[] = [];
        for (const { run, entryOf } of steps) {
          try {
            const { result, entry } = await this.#orRollBack(async () => {
              const result = await run();
              return { result, entry: entryOf(result) };
            });
            results.push(result);
            entries.push(entry);
          } catch {
            break;
          }
        }
        await this.#commitAny(entries);
        return results;
      }),
    );
  }

  /**
   * Runs a step that decrypts nothing. Steps that wait at the same time, such as one for each device of a recipient,
   * run one after the other and are committed together or not at all; one that fails leaves nothing behind, and the
   * others go on.
   */
  async runTogether<Result>(step: () => Promise<Result>): Promise<Result> {
    const waiting: Waiting = { ...Promise.withResolvers<unknown>(), step };
    if (this.#waiting.push(waiting) === 1) {
      // Its failures reject the steps.
      void this.#queue.run(() => this.#collecting(() => this.#runWaiting()));
    }
    return (await waiting.promise) as Result;
  }

  /** Also runs the steps that arrive meanwhile. */
  async #runWaiting(): Promise<void> {
    const results: [Waiting, unknown][] = [];
    for (let [next] = this.#waiting; next; [next] = this.#waiting) {
      try {
        results.push([next, await this.#orRollBack(next.step)]);
      } catch (error) {
        next.reject(error);
      }
      this.#waiting.shift();
    }
    try {
      await this.#commitAny([]);
      for (const [{ resolve }, result] of results) resolve(result);
    } catch (error) {
      for (const [{ reject }] of results) reject(error);
    }
  }

  /**
   * The keys as a step sees them, with what it has written itself. A transaction inside a step is just run, since the
   * step is one already.
   */
  keys(): SignalKeyStoreWithTransaction {
    return {
      get: (type, ids) => this.#get(type, ids),
      set: (data) => this.#set(data),
      transaction: (work) => work(),
      isInTransaction: () => false,
    };
  }

  /** Runs one step among several; when it fails, what it wrote is rolled back. */
  async #orRollBack<Result>(step: () => Promise<Result>): Promise<Result> {
    const before = copyOf(this.#written ?? {});
    try {
      return await step();
    } catch (error) {
      this.#written = before;
      throw error;
    }
  }

  async #collecting<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#written = {};
    try {
      return await work();
    } finally {
      this.#written = undefined;
    }
  }

  async #commitAny(decrypted: readonly JournalEntry[]): Promise<void> {
    const written = this.#written ?? {};
    if (decrypted.length === 0 && Object.keys(written).length === 0) return;
    await this.#underway;
    const commit = this.#commit(written, decrypted);
    if (decrypted.length === 0) return commit;
    // The next step finds out; whoever stores it is told of a failure anyway.
    commit.catch(() => undefined);
    this.#underway = commit;
  }

  #get<Type extends keyof SignalDataTypeMap>(
    type: Type,
    ids: string[],
  ): Awaitable<Record<string, SignalDataTypeMap[Type]>> {
    const own = this.#written?.[type] as Written<Type> | undefined;
    return own ? this.#getBeside(own, type, ids) : this.#stored.get(type, ids);
  }

  async #getBeside<Type extends keyof SignalDataTypeMap>(
    own: Written<Type>,
    type: Type,
    ids: string[],
  ): Promise<Record<string, SignalDataTypeMap[Type]>> {
    const found = await this.#stored.get(
      type,
      ids.filter((id) => !(id in own)),
    );
    for (const id of ids) {
      const value = own[id];
      if (value !== undefined && value !== null) found[id] = value;
    }
    return found;
  }

  /** LID mappings, device lists and the like may be written by others meanwhile, so they are stored at once. */
  async #set(data: SignalDataSet): Promise<void> {
    const written = this.#written;
    if (!written) return this.#stored.set(data);
    const others: SignalDataSet = {};
    for (const type of Object.keys(data) as (keyof SignalDataSet)[]) {
      const target = isRatchetKey(type) ? written : others;
      Object.assign((target[type] ??= {}), data[type]);
    }
    if (Object.keys(others).length > 0) await this.#stored.set(others);
  }
}

function isRatchetKey(type: string): type is RatchetKey {
  return (RATCHET_KEYS as readonly string[]).includes(type);
}

/** Values are never changed in place, so the copies share them. */
function copyOf(data: SignalDataSet): SignalDataSet {
  return Object.fromEntries(Object.entries(data).map(([type, values]) => [type, { ...values }]));
}
