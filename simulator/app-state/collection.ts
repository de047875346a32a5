import { proto } from '@whiskeysockets/baileys';

import { changedHash, EMPTY_HASH } from './lt-hash.ts';
import { indexMacOf, valueMacOf } from './mutation.ts';

const { SyncdOperation } = proto.SyncdMutation;

/** How many patches the server sends at once. */
const PATCHES_AT_ONCE = 50;

/** What a client gets that has an older version. */
export interface MissingPatches {
  readonly patches: readonly proto.ISyncdPatch[];
  readonly hasMore: boolean;
}

/** One collection of an account as the server stores it: encrypted settings, and the patches that led to them. */
export class Collection {
  readonly #patches: proto.ISyncdPatch[] = [];
  readonly #records = new Map<string, proto.ISyncdRecord>();
  #hash: Buffer = EMPTY_HASH;

  /** The number of patches so far. */
  get version(): number {
    return this.#patches.length;
  }

  /** The LT-hash of all values. */
  get hash(): Buffer {
    return this.#hash;
  }

  /** The newest patch. */
  get latest(): proto.ISyncdPatch | undefined {
    return this.#patches.at(-1);
  }

  /** The current settings. */
  get records(): readonly proto.ISyncdRecord[] {
    return [...this.#records.values()];
  }

  /** Applies a patch to the newest version and returns the new one. */
  append(patch: proto.ISyncdPatch): number {
    this.#hash = this.hashAfter(patch.mutations ?? []);
    for (const { operation, record } of patch.mutations ?? []) {
      const index = indexMacOf(record ?? {}).toString('hex');
      if (operation === SyncdOperation.REMOVE) this.#records.delete(index);
      else this.#records.set(index, record ?? {});
    }
    this.#patches.push({ ...patch, version: { version: this.version + 1 } });
    return this.version;
  }

  /** The LT-hash after these mutations, each of another setting. */
  hashAfter(mutations: readonly proto.ISyncdMutation[]): Buffer {
    const records = mutations.map(({ record }) => record ?? {});
    const replaced = records.flatMap((record) => this.#records.get(indexMacOf(record).toString('hex')) ?? []);
    const set = mutations.flatMap(({ operation, record }) =>
      operation !== SyncdOperation.REMOVE && record ? [record] : [],
    );
    return changedHash(this.#hash, { removed: replaced.map(valueMacOf), added: set.map(valueMacOf) });
  }

  /** The patches after a version, the oldest first. */
  after(version: number): MissingPatches {
    const missing = this.#patches.slice(version);
    return { patches: missing.slice(0, PATCHES_AT_ONCE), hasMore: missing.length > PATCHES_AT_ONCE };
  }

  /** Everything at once, under the MAC of the newest patch; undefined while there is nothing. */
  snapshot(): proto.ISyncdSnapshot | undefined {
    if (!this.latest) return undefined;
    const { snapshotMac: mac = null, keyId = null } = this.latest;
    return { version: { version: this.version }, records: [...this.records], mac, keyId };
  }
}
