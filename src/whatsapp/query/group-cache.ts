import type { GroupMetadata } from '@whiskeysockets/baileys';
import { BoundedCache } from '../../kit/bounded-cache.ts';
import { type Clock, wait } from '../../kit/clock.ts';

/** How long a message waits for what it needs to know of its group. */
const PATIENCE_MS = 5_000;
/** WhatsApp announces new names; this is for those that it did not. */
const NAME_TTL_MS = 24 * 3600_000;
/** After a refusal, WhatsApp is not asked again with every message. */
const REFUSAL_TTL_MS = 60_000;
/** The names that are kept, fresh or not. */
const NAMES = { max: 10_000 };
/** The groups of which everything is kept, down to the members. WhatsApp announces changes; the age is for those that it did not. */
const METADATA = { max: 200, ttlMs: 3600_000 };

/** Asks WhatsApp for the metadata of a group. */
type AskMetadata = () => Promise<GroupMetadata>;

interface Name {
  /** `null` when WhatsApp refused to reveal it. */
  name: string | null;
  freshUntilMs: number;
}

/**
 * Names and metadata of one session's groups, over all of its connections: WhatsApp refuses accounts that ask with every message.
 * A group is asked for once, when the first message of it comes or goes. After that WhatsApp's announcements keep it up to date: a
 * new name is stored, and any other change drops the metadata until somebody needs it.
 */
export class GroupCache {
  readonly #clock: Clock;
  readonly #names: BoundedCache<Name>;
  readonly #metadata: BoundedCache<{ metadata: GroupMetadata; atMs: number }>;
  readonly #asking = new Map<string, Promise<GroupMetadata>>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#names = new BoundedCache(clock, NAMES);
    this.#metadata = new BoundedCache(clock, METADATA);
  }

  /**
   * The group's name. WhatsApp is asked when there is no fresh one; a stale name is better than none. `null` when there is none
   * within 5 s, or `ask` is undefined because there is no connection.
   */
  async name(groupId: string, ask: AskMetadata | undefined): Promise<string | null> {
    const known = this.#names.get(groupId);
    if (known && known.freshUntilMs > this.#clock.monotonic()) return known.name;
    if (!ask) return known?.name ?? null;
    const asking = this.#ask(groupId, ask).then(
      ({ subject }) => subject,
      () => this.#refused(groupId),
    );
    const name = await Promise.race([asking, wait(this.#clock, PATIENCE_MS)]);
    return name ?? known?.name ?? null;
  }

  /** The group's metadata, at most `maxAgeMs` old; an hour at the most. Rejects as `ask` does. */
  async metadata(groupId: string, ask: AskMetadata, maxAgeMs = METADATA.ttlMs): Promise<GroupMetadata> {
    return this.#known(groupId, maxAgeMs) ?? this.#ask(groupId, ask);
  }

  /** The group's metadata; `undefined` when there is none within 5 s, or `ask` is undefined because there is no connection. */
  async metadataInTime(groupId: string, ask: AskMetadata | undefined): Promise<GroupMetadata | undefined> {
    const known = this.#known(groupId, METADATA.ttlMs);
    if (known || !ask) return known;
    const asking = this.#ask(groupId, ask).catch(() => undefined);
    return (await Promise.race([asking, wait(this.#clock, PATIENCE_MS)])) ?? undefined;
  }

  #known(groupId: string, maxAgeMs: number): GroupMetadata | undefined {
    const known = this.#metadata.get(groupId);
    return known && this.#clock.monotonic() - known.atMs < maxAgeMs ? known.metadata : undefined;
  }

  /** WhatsApp sent the metadata of a group. */
  received(metadata: GroupMetadata): void {
    this.#storeName(metadata.id, metadata.subject, NAME_TTL_MS);
    this.#metadata.set(metadata.id, { metadata, atMs: this.#clock.monotonic() });
  }

  /** WhatsApp announced the name of a group. */
  renamed(groupId: string, name: string): void {
    this.#storeName(groupId, name, NAME_TTL_MS);
    this.changed(groupId);
  }

  /** WhatsApp announced another change: the metadata is stale, including what is being asked for right now. */
  changed(groupId: string): void {
    this.#metadata.delete(groupId);
    this.#asking.delete(groupId);
  }

  #ask(groupId: string, ask: AskMetadata): Promise<GroupMetadata> {
    const running = this.#asking.get(groupId);
    if (running) return running;
    const asking = ask()
      .then((metadata) => {
        if (this.#asking.get(groupId) === asking) this.received(metadata);
        return metadata;
      })
      .finally(() => {
        if (this.#asking.get(groupId) === asking) this.#asking.delete(groupId);
      });
    this.#asking.set(groupId, asking);
    return asking;
  }

  /** Keeps the name from before, if there was one. */
  #refused(groupId: string): string | null {
    const name = this.#names.get(groupId)?.name ?? null;
    this.#storeName(groupId, name, REFUSAL_TTL_MS);
    return name;
  }

  #storeName(groupId: string, name: string | null, ttlMs: number): void {
    this.#names.set(groupId, { name, freshUntilMs: this.#clock.monotonic() + ttlMs });
  }
}
