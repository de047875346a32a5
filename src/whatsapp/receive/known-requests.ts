import type { GroupChange } from '../../domain/group-event.ts';
import type { Person } from '../../domain/person.ts';
import { BoundedCache } from '../../kit/bounded-cache.ts';
import type { Clock } from '../../kit/clock.ts';

/** Each person is one or two of them. */
const NAMES = { max: 5_000 };
const GONE: ReadonlySet<string> = new Set(['left', 'removed']);
const CAME: ReadonlySet<string> = new Set(['added', 'joined']);

/**
 * Who is known to have asked to join a group, over all connections of a session. WhatsApp announces somebody whom an admin admits
 * like anybody whom an admin adds: only the request tells them apart.
 */
export class KnownRequests {
  readonly #names: BoundedCache<true>;

  constructor(clock: Clock) {
    this.#names = new BoundedCache(clock, NAMES);
  }

  /** These people wait for a decision. */
  wait(groupId: string, people: readonly Person[]): void {
    for (const key of keysOf(groupId, people)) this.#names.set(key, true);
  }

  /**
   * Takes note of a change, and returns it with what is known. Whoever was admitted stays known until they leave: the same
   * announcement may come again.
   */
  told(change: GroupChange): GroupChange {
    const { groupId, what } = change;
    if (what.kind === 'group-update') return change;
    if (what.kind === 'group-join-request') {
      if (what.action === 'created') this.wait(groupId, what.participants);
      else this.#forget(groupId, what.participants);
      return change;
    }
    const { action, participants } = what;
    const byRequest = CAME.has(action) && participants.every((person) => this.#waited(groupId, person));
    if (GONE.has(action)) this.#forget(groupId, participants);
    return { ...change, what: { ...what, byRequest } };
  }

  #waited(groupId: string, person: Person): boolean {
    return keysOf(groupId, [person]).some((key) => this.#names.get(key) === true);
  }

  #forget(groupId: string, people: readonly Person[]): void {
    for (const key of keysOf(groupId, people)) this.#names.delete(key);
  }
}

function keysOf(groupId: string, people: readonly Person[]): string[] {
  return people
    .flatMap(({ number, lid }) => [number, lid])
    .flatMap((name) => (name === null ? [] : [`${groupId} ${name}`]));
}
