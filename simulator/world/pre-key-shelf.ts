import type { Stanza } from '../kit/stanza.ts';
import type { KeyBundle, PublicPreKey, SignedPublicPreKey } from './key-bundle.ts';
import { keyDigest } from './key-digest.ts';

/** A device's published keys except the one-time keys. */
export type StandingKeys = Omit<KeyBundle, 'oneTimeKey'>;

/** The keys that a linked device has published on the server. */
export class PreKeyShelf {
  #standing: StandingKeys;
  readonly #oneTime = new Map<number, PublicPreKey>();
  readonly #seen = new Set<number>();

  constructor(standing: StandingKeys) {
    this.#standing = standing;
  }

  /** The number of one-time keys left. */
  get count(): number {
    return this.#oneTime.size;
  }

  /** Describes all keys. */
  digest(): Stanza {
    return keyDigest(this.#standing, [...this.#oneTime.values()]);
  }

  /** Stores an upload. A one-time key that was uploaded before, and perhaps handed out, is not added again. */
  stock(standing: StandingKeys, oneTime: PublicPreKey[]): void {
    this.#standing = standing;
    for (const key of oneTime) {
      if (this.#seen.has(key.id)) continue;
      this.#seen.add(key.id);
      this.#oneTime.set(key.id, key);
    }
  }

  /** Replaces the signed pre-key. */
  rotate(signedPreKey: SignedPublicPreKey): void {
    this.#standing = { ...this.#standing, signedPreKey };
  }

  /** Discards all one-time keys, as if they had been handed out. */
  empty(): void {
    this.#oneTime.clear();
  }

  /** Hands out a bundle with the oldest one-time key, if any. */
  take(): KeyBundle {
    const [oneTimeKey] = this.#oneTime.values();
    if (!oneTimeKey) return this.#standing;
    this.#oneTime.delete(oneTimeKey.id);
    return { ...this.#standing, oneTimeKey };
  }
}
