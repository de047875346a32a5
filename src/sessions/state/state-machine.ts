import { type SessionRecord, statusOf } from '../../domain/session.ts';
import { type TimelineWord } from '../../domain/timeline.ts';
import { type Clock } from '../../kit/clock.ts';
import { ConditionVariable } from '../../kit/condition-variable.ts';
import { type NewCallback } from '../../ports/callbacks.ts';
import { type Metrics } from '../../ports/metrics.ts';
import { type SessionStore } from '../../ports/storage.ts';
import { statusUpdate } from '../callback-events.ts';
import { type SessionEvents } from '../session-events.ts';
import { mayFollow, phaseOf, type SessionState } from './states.ts';

/** A state that is stored. */
export type StoredState = Exclude<SessionState, { name: 'gone' }>;

/** What comes with another state. */
export interface Change {
  /** What else changes in the record. */
  record?: Partial<SessionRecord>;
  /** What the backend is told, beside the change of the status. */
  events?: readonly NewCallback[];
  /** What is written into the timeline. */
  note?: { what: TimelineWord; why?: string | null };
}

/** What a life is lived with. */
export interface SessionStateMachineDeps {
  store: SessionStore;
  metrics: Pick<Metrics, 'became'>;
  sessionEvents: SessionEvents;
  clock: Clock;
}

/**
 * Where one session is in its life: its record, as it is stored, and its state, which only `enter` and `leave` change. A
 * change, the callbacks that it causes and its note in the timeline are stored in one transaction before anybody can see it.
 */
export class SessionStateMachine {
  readonly #store: SessionStore;
  readonly #metrics: Pick<Metrics, 'became'>;
  readonly #sessionEvents: SessionEvents;
  readonly #clock: Clock;
  readonly #changed: ConditionVariable;
  #record: SessionRecord;
  #state: SessionState;
  /** How many changes were told of, to tell two in the same millisecond apart. */
  #changes = 0;

  /** A session as it was stored, in the state that it begins with. */
  constructor(
    record: SessionRecord,
    state: SessionState,
    { store, metrics, sessionEvents, clock }: SessionStateMachineDeps,
  ) {
    this.#record = record;
    this.#state = state;
    this.#store = store;
    this.#metrics = metrics;
    this.#sessionEvents = sessionEvents;
    this.#clock = clock;
    this.#changed = new ConditionVariable(clock);
  }

  get record(): SessionRecord {
    return this.#record;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** `true` as soon as `fact`, which depends on the record or the state, holds; `false` when it does not in time. */
  until(fact: () => boolean, timeoutMs: number): Promise<boolean> {
    return this.#changed.until(fact, timeoutMs);
  }

  /** What the record would be in another state. */
  next(state: StoredState, changes: Partial<SessionRecord> = {}): SessionRecord {
    return { ...this.#record, phase: phaseOf(state.name), retryAtMs: null, updatedAtMs: this.#clock.now(), ...changes };
  }

  /** The only way to another state. */
  async enter(state: StoredState, { record: changes, events = [], note }: Change = {}): Promise<void> {
    if (!mayFollow(this.#state.name, state.name)) {
      throw new Error(`A session cannot go from ${this.#state.name} to ${state.name}`);
    }
    const record = this.next(state, changes);
    await this.#store.commit(record, [...events, ...this.#statusNews(record)], this.#along(note));
    if (statusOf(record.phase) !== statusOf(this.#record.phase)) this.#metrics.became(statusOf(record.phase));
    this.#record = record;
    this.#changes += 1;
    this.#become(state);
    this.#sessionEvents.changed(record, state);
  }

  /** Changes what nobody is told of: the state and its status stay. */
  async amend(changes: Partial<SessionRecord>, note: Change['note']): Promise<void> {
    const record = { ...this.#record, ...changes };
    await this.#store.commit(record, [], this.#along(note));
    this.#record = record;
    this.#sessionEvents.changed(record);
  }

  /** Writes into the timeline; nothing else changes. */
  async note(what: TimelineWord, why: string | null): Promise<void> {
    await this.#store.commit(this.#record, [], this.#along({ what, why }));
  }

  /** What was received was stored together with this record. */
  received(record: SessionRecord): void {
    const isNews = record !== this.#record;
    this.#record = record;
    if (isNews) this.#sessionEvents.seen(record);
  }

  /**
   * Removes the session from the storage, and tells the backend where `tell` says so.
   * @returns the key of the last callback, when there is one
   */
  async leave(why: string, tell: 'always' | 'if-announced'): Promise<string | undefined> {
    const last = { ...this.#record, phase: 'closed' as const, errorMessage: why, updatedAtMs: this.#clock.now() };
    const events = tell === 'always' || last.announced ? [statusUpdate(last, this.#changes)] : [];
    await this.#store.remove(last.sessionId, events);
    this.#metrics.became('removed');
    this.#record = last;
    this.end();
    return events[0]?.webhookId;
  }

  /** Nothing is done any more; what is stored stays. */
  end(): void {
    this.#become({ name: 'gone' });
  }

  /** A change of status is told from the first connection on, and the end of a session that never connected. */
  #statusNews(next: SessionRecord): NewCallback[] {
    const status = statusOf(next.phase);
    const changed = status !== statusOf(this.#record.phase);
    const told = this.#record.announced || status === 'error' || status === 'disconnected';
    return changed && told ? [statusUpdate(next, this.#changes)] : [];
  }

  #along(note: Change['note']) {
    return note && { note: { atMs: this.#clock.now(), what: note.what, why: note.why ?? null } };
  }

  #become(state: SessionState): void {
    if ('timer' in this.#state) this.#state.timer?.cancel();
    this.#state = state;
    this.#changed.changed();
  }
}
