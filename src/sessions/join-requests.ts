import type { GroupChange } from '../domain/group-event.ts';
import type { Person } from '../domain/person.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { JoinRequestStore } from '../ports/join-requests.ts';

const GONE: ReadonlySet<string> = new Set(['left', 'removed']);
const CAME: ReadonlySet<string> = new Set(['added', 'joined']);

/**
 * Who is known to have asked to join groups. WhatsApp announces somebody whom an admin admits like anybody whom an admin adds: only the
 * request tells them apart.
 */
export class JoinRequests {
  readonly #store: JoinRequestStore;

  constructor(store: JoinRequestStore) {
    this.#store = store;
  }

  /** These people wait for a decision. */
  async wait(sessionId: SessionId, groupId: string, people: readonly Person[]): Promise<void> {
    const names = people.flatMap(namesOf);
    if (names.length > 0) await this.#store.wait(sessionId, { groupId, names });
  }

  /**
   * Takes note of a change. Returns whether all of its people came because they had asked to. Whoever was admitted stays known until
   * they leave: the same announcement may come again.
   */
  async told(sessionId: SessionId, { groupId, what }: GroupChange): Promise<boolean> {
    if (what.kind === 'group-update') return false;
    const { action, participants } = what;
    if (action === 'created') {
      await this.wait(sessionId, groupId, participants);
      return false;
    }
    const isOver = what.kind === 'group-join-request' || GONE.has(action);
    if (!isOver && !CAME.has(action)) return false;
    const known = await this.#store.known(sessionId, { groupId, names: participants.flatMap(namesOf) });
    if (!isOver) return participants.every((person) => namesOf(person).some((name) => known.has(name)));
    if (known.size > 0) await this.#store.forget(sessionId, { groupId, names: [...known] });
    return false;
  }
}

function namesOf({ number, lid }: Person): string[] {
  return [number, lid].filter((name) => name !== null);
}
