import { type Clock, wait } from '../kit/clock.ts';

/** A message waits this long for the name of its group, and goes without it then. */
const PATIENCE_MS = 5_000;
/** A name is told anew when it changes; this is for changes that were never told. */
const KNOWN_FOR_MS = 24 * 3600_000;
/** Who was refused is not asked again with every message. */
const UNKNOWN_FOR_MS = 60_000;

/** A name, or that there is none to be had. */
interface Entry {
  name: string | null;
  untilMs: number;
}

/**
 * The names of the groups of one session, over all of its lines. Each is asked for once, when the first message of the group
 * comes, since WhatsApp refuses those who ask with every message; then it is kept up to date by what WhatsApp tells.
 */
export class GroupNames {
  readonly #clock: Clock;
  readonly #known = new Map<string, Entry>();
  readonly #asking = new Map<string, Promise<string | null>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The group's name, asked for when need be and anybody can be asked; `null` when it cannot be had in time. */
  async of(groupId: string, ask: (() => Promise<string | null>) | undefined): Promise<string | null> {
    const entry = this.#known.get(groupId);
    if (entry && entry.untilMs > this.#clock.now()) return entry.name;
    if (!ask) return entry?.name ?? null;
    const asking = this.#asking.get(groupId) ?? this.#ask(groupId, ask);
    const name = await Promise.race([asking, wait(this.#clock, PATIENCE_MS)]);
    return name ?? entry?.name ?? null;
  }

  /** WhatsApp told how a group is called. */
  told(groupId: string, name: string | null): void {
    const keptMs = name === null ? UNKNOWN_FOR_MS : KNOWN_FOR_MS;
    this.#known.set(groupId, { name, untilMs: this.#clock.now() + keptMs });
  }

  #ask(groupId: string, ask: () => Promise<string | null>): Promise<string | null> {
    const asking = ask()
      .catch(() => null)
      .then((name) => {
        this.told(groupId, name);
        return name;
      })
      .finally(() => this.#asking.delete(groupId));
    this.#asking.set(groupId, asking);
    return asking;
  }
}
