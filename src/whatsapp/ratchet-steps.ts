import {
  type SignalDataSet,
  type SignalDataTypeMap,
  type SignalKeyStore,
  type SignalKeyStoreWithTransaction,
} from '@whiskeysockets/baileys';
import { type JournalEntry } from '../domain/signal-ports.ts';
import { SerialQueue } from '../kit/serial-queue.ts';

/**
 * Stores what one step changed, and what it decrypted, at once or not at all. The changes are to be read from now on, though
 * they are stored only when the promise resolves.
 */
export type CommitStep = (changes: SignalDataSet, decrypted: JournalEntry | undefined) => Promise<void>;

/** The keys that a step of a ratchet reads and writes; others are none of its business. */
const RATCHET_KEYS = ['session', 'identity-key', 'pre-key', 'sender-key'] as const;
type RatchetKey = (typeof RATCHET_KEYS)[number];

/**
 * Takes the steps of one account's ratchets one after the other, each as one unit: what it writes is collected, and is
 * committed when the step has succeeded, before anybody hears of its result. A step that fails leaves nothing behind.
 */
export class RatchetSteps {
  readonly #stored: SignalKeyStore;
  readonly #commit: CommitStep;
  readonly #queue = new SerialQueue();
  /** What the step that is being taken has written so far. */
  #written: SignalDataSet | undefined;
  /** The commits that steps were taken ahead of; it never rejects. */
  #ahead: Promise<unknown> = Promise.resolve();

  constructor(stored: SignalKeyStore, commit: CommitStep) {
    this.#stored = stored;
    this.#commit = commit;
  }

  /** Takes a step; `entryOf` makes its result the journal entry that is committed with it. */
  take<Result>(step: () => Promise<Result>, entryOf?: (result: Result) => JournalEntry | undefined): Promise<Result> {
    return this.#queue.run(async () => {
      await this.#ahead;
      const { result, committed } = await this.#taken(step, entryOf);
      await committed;
      return result;
    });
  }

  /**
   * Takes a step that encrypts. The steps of this kind that come next do not wait for its commit, so that those of all devices of
   * a recipient share one; its result does. When the commit fails, a later step may rest on this one and be stored: then a key of
   * the ratchet is skipped that nobody has seen, which every recipient puts up with. What is decrypted could get lost that way.
   */
  async takeAhead<Result>(step: () => Promise<Result>): Promise<Result> {
    const { result, committed } = await this.#queue.run(async () => {
      const taken = await this.#taken(step);
      this.#ahead = settled(this.#ahead, taken.committed);
      return taken;
    });
    await committed;
    return result;
  }

  /** What a step gave, and the promise of its commit. */
  async #taken<Result>(
    step: () => Promise<Result>,
    entryOf?: (result: Result) => JournalEntry | undefined,
  ): Promise<{ result: Result; committed: Promise<void> }> {
    const written: SignalDataSet = {};
    this.#written = written;
    try {
      const result = await step();
      const decrypted = entryOf?.(result);
      const hasNews = decrypted !== undefined || Object.keys(written).length > 0;
      return { result, committed: hasNews ? this.#commit(written, decrypted) : Promise.resolve() };
    } finally {
      this.#written = undefined;
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

async function settled(...promises: Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(promises);
}

function isRatchetKey(type: string): type is RatchetKey {
  return (RATCHET_KEYS as readonly string[]).includes(type);
}
