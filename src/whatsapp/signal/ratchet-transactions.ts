import {
  type SignalDataSet,
  type SignalDataTypeMap,
  type SignalKeyStore,
  type SignalKeyStoreWithTransaction,
} from '@whiskeysockets/baileys';
import { type JournalEntry } from '../../ports/signal.ts';
import { SerialQueue } from '../../kit/serial-queue.ts';

/** Stores what one step changed, and what it decrypted, at once or not at all. */
export type CommitStep = (changes: SignalDataSet, decrypted: readonly JournalEntry[]) => Promise<void>;

/** A step, and what is to be written into the journal of its result. */
export interface Step<Result> {
  take: () => Promise<Result>;
  entryOf: (result: Result) => JournalEntry;
}

/** A step that waits to be taken with others, and whom its result is for. */
interface Waiting extends PromiseWithResolvers<unknown> {
  step: () => Promise<unknown>;
}

/** The keys that a step of a ratchet reads and writes; others are none of its business. */
const RATCHET_KEYS = ['session', 'identity-key', 'pre-key', 'sender-key'] as const;
type RatchetKey = (typeof RATCHET_KEYS)[number];

/**
 * Takes the steps of one account's ratchets one after the other, each as one unit: what it writes is collected, and is
 * committed when the step has succeeded, before anybody hears of its result. A step that fails leaves nothing behind.
 */
export class RatchetTransactions {
  readonly #stored: SignalKeyStore;
  readonly #commit: CommitStep;
  readonly #queue = new SerialQueue();
  /** What the step that is being taken has written so far. */
  #written: SignalDataSet | undefined;
  readonly #together: Waiting[] = [];

  constructor(stored: SignalKeyStore, commit: CommitStep) {
    this.#stored = stored;
    this.#commit = commit;
  }

  /** Takes a step; `entryOf` makes its result the journal entry that is committed with it. */
  take<Result>(step: () => Promise<Result>, entryOf?: (result: Result) => JournalEntry): Promise<Result> {
    return this.#queue.run(() =>
      this.#collecting(async () => {
        const result = await step();
        await this.#commitAny(entryOf ? [entryOf(result)] : []);
        return result;
      }),
    );
  }

  /**
   * Takes several steps as one, each on what those before it wrote. The first that fails leaves nothing behind, and those after it
   * are not taken. Answers the results of those that succeeded.
   */
  takeAll<Result>(steps: readonly Step<Result>[]): Promise<Result[]> {
    return this.#queue.run(() =>
      this.#collecting(async () => {
        const results: Result[] = [];
        const entries: JournalEntry[] = [];
        for (const { take, entryOf } of steps) {
          try {
            const { result, entry } = await this.#orNothing(async () => {
              const result = await take();
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
   * Takes a step that decrypts nothing. Those that wait at the same time, such as for all devices of a recipient, are taken one
   * after the other and committed at once, or none of them is; one that fails leaves nothing behind, and the others go on.
   */
  async takeTogether<Result>(step: () => Promise<Result>): Promise<Result> {
    const waiting: Waiting = { ...Promise.withResolvers<unknown>(), step };
    if (this.#together.push(waiting) === 1) {
      // Whatever fails in there fails the steps.
      void this.#queue.run(() => this.#collecting(() => this.#takeWaiting()));
    }
    return (await waiting.promise) as Result;
  }

  /** Takes also those that come while it is at it. */
  async #takeWaiting(): Promise<void> {
    const answers: [Waiting, unknown][] = [];
    for (let [next] = this.#together; next; [next] = this.#together) {
      try {
        answers.push([next, await this.#orNothing(next.step)]);
      } catch (error) {
        next.reject(error);
      }
      this.#together.shift();
    }
    try {
      await this.#commitAny([]);
      for (const [{ resolve }, result] of answers) resolve(result);
    } catch (error) {
      for (const [{ reject }] of answers) reject(error);
    }
  }

  /**
   * The keys as a step sees them: with what it has written itself. Transactions within it are no more than their
   * steps, since the step is one already.
   */
  keys(): SignalKeyStoreWithTransaction {
    return {
      get: (type, ids) => this.#get(type, ids),
      set: (data) => this.#set(data),
      transaction: (work) => work(),
      isInTransaction: () => false,
    };
  }

  /** Takes one step among several: when it fails, nothing that it wrote is left. */
  async #orNothing<Result>(step: () => Promise<Result>): Promise<Result> {
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
    if (decrypted.length > 0 || Object.keys(written).length > 0) await this.#commit(written, decrypted);
  }

  async #get<Type extends keyof SignalDataTypeMap>(
    type: Type,
    ids: string[],
  ): Promise<Record<string, SignalDataTypeMap[Type]>> {
    const own = this.#written?.[type] as Record<string, SignalDataTypeMap[Type] | null> | undefined;
    if (!own) return this.#stored.get(type, ids);
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

  /** Numbers of LIDs, device lists and the like may be written by others meanwhile: they go straight through. */
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

/** Values are never changed in place, so they are shared. */
function copyOf(data: SignalDataSet): SignalDataSet {
  return Object.fromEntries(Object.entries(data).map(([type, values]) => [type, { ...values }]));
}
