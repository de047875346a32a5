import { type GroupMetadata } from '@whiskeysockets/baileys';
import { type Clock, wait } from '../../kit/clock.ts';

/** A message waits this long for the name of its group, and goes without it then. */
const PATIENCE_MS = 5_000;
/** A name is told anew when it changes; this is for changes that were never told. */
const NAME_TTL_MS = 24 * 3600_000;
/** Who was refused is not asked again with every message. */
const REFUSAL_TTL_MS = 60_000;
/** Changes are told too; this is for those that never were. */
const METADATA_TTL_MS = 3600_000;
/** Of so many groups all is kept, down to their members; of the others only the name. */
const MAX_METADATA = 200;

/** Asks WhatsApp what a group is like. */
type AskMetadata = () => Promise<GroupMetadata>;

/** A name, or that there is none to be had. */
interface Name {
  name: string | null;
  untilMs: number;
}

/**
 * What is known of the groups of one session, over all of its lines: WhatsApp refuses those who ask with every message.
 * Each is asked for once, when its first message comes or goes, and then kept up to date by what WhatsApp tells: a new
 * name is taken as it is, any other change has the rest asked for again when somebody needs it.
 */
export class GroupCache {
  readonly #clock: Clock;
  readonly #names = new Map<string, Name>();
  readonly #metadata = new Map<string, { metadata: GroupMetadata; atMs: number }>();
  readonly #asking = new Map<string, Promise<GroupMetadata>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The group's name, asked for when need be and anybody can be asked; `null` when it cannot be had in time. */
  async name(groupId: string, ask: AskMetadata | undefined): Promise<string | null> {
    const known = this.#names.get(groupId);
    if (known && known.untilMs > this.#clock.now()) return known.name;
    if (!ask) return known?.name ?? null;
    const asking = this.#ask(groupId, ask).then(
      ({ subject }) => subject,
      () => this.#refused(groupId),
    );
    const name = await Promise.race([asking, wait(this.#clock, PATIENCE_MS)]);
    return name ?? known?.name ?? null;
  }

  /** All of the group, asked for when what is known is older than `maxAgeMs`; rejects as `ask` does. */
  async metadata(groupId: string, ask: AskMetadata, maxAgeMs = METADATA_TTL_MS): Promise<GroupMetadata> {
    const known = this.#metadata.get(groupId);
    if (known && this.#clock.now() - known.atMs < maxAgeMs) return known.metadata;
    return this.#ask(groupId, ask);
  }

  /** WhatsApp told all of a group. */
  told(metadata: GroupMetadata): void {
    const { id, subject } = metadata;
    this.#remember(id, subject);
    this.#metadata.delete(id);
    this.#metadata.set(id, { metadata, atMs: this.#clock.now() });
    const [oldest] = this.#metadata.keys();
    if (this.#metadata.size > MAX_METADATA && oldest !== undefined) this.#metadata.delete(oldest);
  }

  /** WhatsApp told how a group is called. */
  renamed(groupId: string, name: string): void {
    this.#remember(groupId, name);
    this.changed(groupId);
  }

  /** Something about a group changed: what is known of it, or being asked just now, is old. */
  changed(groupId: string): void {
    this.#metadata.delete(groupId);
    this.#asking.delete(groupId);
  }

  #ask(groupId: string, ask: AskMetadata): Promise<GroupMetadata> {
    const running = this.#asking.get(groupId);
    if (running) return running;
    const asking = ask()
      .then((metadata) => {
        if (this.#asking.get(groupId) === asking) this.told(metadata);
        return metadata;
      })
      .finally(() => {
        if (this.#asking.get(groupId) === asking) this.#asking.delete(groupId);
      });
    this.#asking.set(groupId, asking);
    return asking;
  }

  #remember(groupId: string, name: string): void {
    this.#names.set(groupId, { name, untilMs: this.#clock.now() + NAME_TTL_MS });
  }

  /** What was known before is better than nothing. */
  #refused(groupId: string): string | null {
    const name = this.#names.get(groupId)?.name ?? null;
    this.#names.set(groupId, { name, untilMs: this.#clock.now() + REFUSAL_TTL_MS });
    return name;
  }
}
