import { ALL_WA_PATCH_NAMES, type WAPatchName, type WASocket } from '@whiskeysockets/baileys';
import { silentLogger } from '../../kit/logger.ts';

/** A collection of an account's app state. */
export type AppStateCollection = WAPatchName;

/** How often one resync may ask for a collection, if each answer brings it further. */
const MOST_ANSWERS = 50;
/** The lock of a resync. Baileys takes the account's, for which everything that is sent would wait. */
const LOCK = 'app state';
const VERSION = 'app-state-sync-version';

/** A resync of one collection. */
interface Resync {
  readonly name: AppStateCollection;
  /** The version with which Baileys asked last. */
  version: number;
  asked: number;
  /** Whether Baileys logged that something could not be decrypted or verified. */
  isUnreadable: boolean;
}

/**
 * Runs Baileys' resyncs of app state, one collection at a time, and ends them. Baileys 7.0.0-rc14 asks again at once, and without
 * end, when an answer lacks the collection, when none comes, and when it promises more but brings nothing (chats.js). What it
 * cannot decrypt or verify, it only logs.
 */
export class AppStateResync {
  /** The socket must be made with this logger. */
  readonly logger = {
    level: silentLogger.level,
    child: () => silentLogger,
    ...{ trace: ignore, debug: ignore, error: ignore },
    info: (about: unknown) => this.#heard(about),
    warn: (about: unknown) => this.#heard(about),
  };
  #current: Resync | undefined;
  #isStarting = false;

  /** Watches what the socket's resyncs ask for. Call it right after the socket is made. */
  watch({ authState: { keys } }: WASocket): void {
    const transaction = keys.transaction.bind(keys);
    keys.transaction = (work, key) => transaction(work, this.#isStarting ? LOCK : key);
    const get = keys.get.bind(keys);
    keys.get = async (type, ids) => {
      const found = await get(type, ids);
      // A resync reads one version at a time; `missing` reads all, perhaps while a resync is under way.
      if (type === VERSION && this.#current && ids.length === 1 && ids[0] === this.#current.name) {
        const state = found[this.#current.name] as { version?: number } | undefined;
        asks(this.#current, state?.version ?? 0);
      }
      return found;
    };
  }

  /**
   * Fetches what is new in a collection; the next call may only follow when this one has settled. Rejects with a reason in a
   * sentence; what could not be read is then fetched anew, as a whole, by the next call.
   */
  async fetch(socket: WASocket, name: AppStateCollection): Promise<void> {
    const resync: Resync = { name, version: -1, asked: 0, isUnreadable: false };
    this.#current = resync;
    try {
      await this.#start(socket, name);
    } catch (error) {
      if (!resync.isUnreadable) throw error;
    } finally {
      this.#current = undefined;
    }
    if (!resync.isUnreadable) return;
    await socket.authState.keys.set({ [VERSION]: { [name]: null } });
    throw new Error('What came could not be decrypted or verified');
  }

  /** The collections of which nothing was ever fetched. */
  async missing({ authState: { keys } }: WASocket): Promise<AppStateCollection[]> {
    const found = await keys.get(VERSION, [...ALL_WA_PATCH_NAMES]);
    return ALL_WA_PATCH_NAMES.filter((name) => (found[name] as unknown) === undefined);
  }

  /** Baileys takes its lock before it does anything else. */
  #start(socket: WASocket, name: AppStateCollection): Promise<void> {
    this.#isStarting = true;
    const done = socket.resyncAppState([name], false);
    this.#isStarting = false;
    return done;
  }

  #heard(about: unknown): void {
    if (!this.#current || typeof about !== 'object' || about === null) return;
    if ('name' in about && about.name === this.#current.name) this.#current.isUnreadable = true;
  }
}

/** Whether this is the name of a collection. */
export function isCollection(name: string | undefined): name is AppStateCollection {
  return ALL_WA_PATCH_NAMES.some((known) => known === name);
}

/** Throws when Baileys asks for the same once more, or too often. */
function asks(resync: Resync, version: number): void {
  if (version <= resync.version) throw new Error('WhatsApp did not answer, or without anything new');
  if (resync.asked >= MOST_ANSWERS) throw new Error(`There was still more after ${MOST_ANSWERS} answers`);
  resync.version = version;
  resync.asked += 1;
}

function ignore(): void {
  // Baileys logs keys and whole stanzas.
}
