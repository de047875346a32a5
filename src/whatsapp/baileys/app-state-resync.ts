import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ALL_WA_PATCH_NAMES,
  type BinaryNode,
  proto,
  type WAPatchCreate,
  type WAPatchName,
  type WASocket,
} from '@whiskeysockets/baileys';
import { silentLogger } from '../../kit/logger.ts';

/** A collection of an account's app state. */
export type AppStateCollection = WAPatchName;

/** How often one resync may ask for a collection, if each answer brings it further. */
const MOST_ANSWERS = 50;
/** The lock of a resync. Baileys takes the account's, for which everything that is sent would wait. */
const LOCK = 'app state';
const VERSION = 'app-state-sync-version';
/** How often a change is tried again because another device was quicker. */
const MOST_CONFLICTS = 3;
const CONFLICT = '409';
const { REMOVE } = proto.SyncdMutation.SyncdOperation;

/** One change of the app state, as Baileys writes it. */
export type AppStatePatch = WAPatchCreate;

/** A resync of one collection. */
interface Resync {
  readonly name: AppStateCollection;
  /** Whether nothing of the collection was fetched before. */
  isFirst: boolean;
  /** How often Baileys may ask for the version that it has: before a change, it reads it once more. */
  readonly repeats: number;
  /** With which code WhatsApp refused the change. */
  refusal?: string | undefined;
  /** The version with which Baileys asked last. */
  version: number;
  asked: number;
  /** Whether Baileys logged that something could not be decrypted or verified. */
  isUnreadable: boolean;
  repeated: number;
}

/** A resync that has not begun. */
const BEGIN = { version: -1, asked: 0, isUnreadable: false, isFirst: false, repeats: 0, repeated: 0 };

/**
 * Runs Baileys' resyncs and changes of app state, one collection at a time, and ends them. Baileys 7.0.0-rc14 asks again at once, and
 * without end, when an answer lacks the collection, when none comes, and when it promises more but brings nothing (chats.js). What
 * it cannot decrypt or verify, it only logs. It takes a change for done when WhatsApp has refused it, and remembers what it removed
 * as if it were still there.
 * A chat that was cleared it only logs, too.
 */
export class AppStateResync {
  /** The socket must be made with this logger. */
  readonly logger = {
    level: silentLogger.level,
    child: () => silentLogger,
    ...{ trace: ignore, error: ignore },
    debug: (about: unknown) => this.#skipped(about),
    info: (about: unknown) => this.#heard(about),
    warn: (about: unknown) => this.#heard(about),
  };
  /** Called with the name of a chat that was cleared, while {@link emitted} says where that comes from. */
  cleared: (chat: string) => void = ignore;
  #current: Resync | undefined;
  /** The collections in which nothing was when they were fetched: Baileys remembers nothing of them. */
  readonly #empty = new Set<AppStateCollection>();
  /** Baileys' work for a resync, and what it emits during it. */
  readonly #scope = new AsyncLocalStorage<Resync>();

  /** What Baileys emits right now comes from the app state: whether as its first state, or as a change; `undefined` if not. */
  get emitted(): 'first' | 'change' | undefined {
    const resync = this.#scope.getStore();
    return resync && (resync.isFirst ? 'first' : 'change');
  }

  /** Watches what the socket's resyncs ask for. Call it right after the socket is made. */
  watch({ authState: { keys, creds }, ws }: WASocket): void {
    const transaction = keys.transaction.bind(keys);
    const isTheirs = (key: string) => this.#scope.getStore() !== undefined && key === creds.me?.id;
    keys.transaction = (work, key) => transaction(work, isTheirs(key) ? LOCK : key);
    this.#watchVersions(keys);
    ws.on('CB:iq,,sync', (answer: BinaryNode) => this.#answered(answer));
  }

  #watchVersions(keys: WASocket['authState']['keys']): void {
    const get = keys.get.bind(keys);
    keys.get = async (type, ids) => {
      const found = await get(type, ids);
      // A resync reads one version at a time; `missing` reads all, perhaps while a resync is under way.
      if (type === VERSION && this.#current && ids.length === 1 && ids[0] === this.#current.name) {
        const state = found[this.#current.name] as { version?: number } | undefined;
        if (this.#current.version < 0) this.#current.isFirst = !state && !this.#empty.has(this.#current.name);
        asks(this.#current, state?.version ?? 0);
      }
      return found;
    };
    const set = keys.set.bind(keys);
    keys.set = async (data) => {
      // Before Baileys stores as done what was refused.
      if (VERSION in data && this.#scope.getStore()?.refusal !== undefined)
        throw new Error('WhatsApp refused a change');
      await set(data);
    };
  }

  /**
   * Fetches what is new in a collection; the next call may only follow when this one has settled. Rejects with a reason in a
   * sentence; what could not be read is then fetched anew, as a whole, by the next call.
   */
  async fetch(socket: WASocket, name: AppStateCollection): Promise<void> {
    await this.#run(socket, { ...BEGIN, name }, () => socket.resyncAppState([name], false));
    const { [name]: state } = await socket.authState.keys.get(VERSION, [name]);
    if (state === undefined) this.#empty.add(name);
  }

  /**
   * Makes one change, on top of everything that others have changed. Rejects as {@link fetch} does, and when WhatsApp refuses it.
   * The same calls may not follow before it has settled.
   */
  async change(socket: WASocket, patch: AppStatePatch): Promise<void> {
    const name = patch.type;
    for (let attempt = 1; ; attempt += 1) {
      await this.fetch(socket, name);
      const before = await indexOf(socket, name);
      const refusal = await this.#run(socket, { ...BEGIN, name, repeats: 1 }, () => socket.appPatch(patch));
      if (refusal === undefined) {
        if (patch.operation === REMOVE) await forgetRemoved(socket, name, before);
        return;
      }
      if (refusal !== CONFLICT || attempt === MOST_CONFLICTS)
        throw new Error(`WhatsApp refused the change (${refusal})`);
    }
  }

  /** Runs one piece of Baileys' work; resolves with the code of WhatsApp's refusal, if there was one. */
  async #run(socket: WASocket, resync: Resync, work: () => Promise<void>): Promise<string | undefined> {
    this.#current = resync;
    try {
      await this.#scope.run(resync, work);
    } catch (error) {
      if (!resync.isUnreadable && resync.refusal === undefined) throw error;
    } finally {
      this.#current = undefined;
    }
    if (!resync.isUnreadable) return resync.refusal;
    await socket.authState.keys.set({ [VERSION]: { [resync.name]: null } });
    throw new Error('What came could not be decrypted or verified');
  }

  /** The collections of which nothing was ever fetched. */
  async missing({ authState: { keys } }: WASocket): Promise<AppStateCollection[]> {
    const found = await keys.get(VERSION, [...ALL_WA_PATCH_NAMES]);
    return ALL_WA_PATCH_NAMES.filter((name) => (found[name] as unknown) === undefined);
  }

  /** Notes that WhatsApp refused a change. What it brings beside that is fetched later. */
  #answered(answer: BinaryNode): void {
    const resync = this.#current;
    if (!resync || resync.repeats === 0) return;
    const collections = childrenOf(childrenOf(answer)[0]);
    const refused = collections.find(({ attrs: { name, type } }) => name === resync.name && type === 'error');
    if (refused) resync.refusal = childrenOf(refused)[0]?.attrs.code?.slice(0, 8) ?? 'without a code';
  }

  /** Baileys logs what it has no event for: `{"syncAction": {"syncAction", "index"}}`. */
  #skipped(about: unknown): void {
    const { syncAction } = (about ?? {}) as { syncAction?: { index?: unknown } };
    if (this.emitted === undefined || !Array.isArray(syncAction?.index)) return;
    const [kind, chat] = syncAction.index as unknown[];
    if (kind === 'clearChat' && typeof chat === 'string') this.cleared(chat);
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
  if (version === resync.version && resync.repeated < resync.repeats) {
    resync.repeated += 1;
    return;
  }
  if (version <= resync.version) throw new Error('WhatsApp did not answer, or without anything new');
  if (resync.asked >= MOST_ANSWERS) throw new Error(`There was still more after ${MOST_ANSWERS} answers`);
  resync.version = version;
  resync.asked += 1;
}

/** The values of a collection's settings, by the hashes of their names. */
type SettingHashes = Record<string, unknown>;

async function indexOf({ authState: { keys } }: WASocket, name: AppStateCollection): Promise<SettingHashes> {
  const { [name]: state } = await keys.get(VERSION, [name]);
  return state?.indexValueMap ?? {};
}

/** Removes from Baileys' memory the one setting that a removal has touched. */
async function forgetRemoved(socket: WASocket, name: AppStateCollection, before: SettingHashes): Promise<void> {
  const { keys } = socket.authState;
  const { [name]: state } = await keys.get(VERSION, [name]);
  if (!state) return;
  const kept = Object.entries(state.indexValueMap).filter(([index, value]) => isSame(before[index], value));
  await keys.set({ [VERSION]: { [name]: { ...state, indexValueMap: Object.fromEntries(kept) } } });
}

function isSame(before: unknown, after: { valueMac: Uint8Array }): boolean {
  const { valueMac } = (before ?? {}) as { valueMac?: Uint8Array };
  return valueMac !== undefined && Buffer.compare(valueMac, after.valueMac) === 0;
}

function childrenOf(node: BinaryNode | undefined): BinaryNode[] {
  return Array.isArray(node?.content) ? node.content : [];
}

function ignore(): void {
  // Baileys logs keys and whole stanzas.
}
