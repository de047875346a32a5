import { type KeyBundle, type PublicPreKey, type SignedPublicPreKey } from './key-bundle.ts';

/** The keys a device has published, without the one-time ones. */
export type StandingKeys = Omit<KeyBundle, 'oneTimeKey'>;

/** What a linked device has left with the server for those who want to write to it. */
export class PreKeyShelf {
  #standing: StandingKeys;
  readonly #oneTime = new Map<number, PublicPreKey>();
  readonly #seen = new Set<number>();

  constructor(standing: StandingKeys) {
    this.#standing = standing;
  }

  /** How many one-time keys are left. */
  get count(): number {
    return this.#oneTime.size;
  }

  /** Takes an upload. A one-time key that was left here before, and perhaps handed out, is not put back. */
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

  /** Loses all one-time keys, as if they had been handed out. */
  empty(): void {
    this.#oneTime.clear();
  }

  /** Hands out a bundle, with the oldest one-time key that is left. */
  take(): KeyBundle {
    const [oneTimeKey] = this.#oneTime.values();
    if (!oneTimeKey) return this.#standing;
    this.#oneTime.delete(oneTimeKey.id);
    return { ...this.#standing, oneTimeKey };
  }
}
