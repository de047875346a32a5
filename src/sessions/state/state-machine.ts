import { type SessionRecord, statusOf } from '../../domain/session.ts';
import type { TimelineWord } from '../../domain/timeline.ts';
import type { Clock } from '../../kit/clock.ts';
import { ConditionVariable } from '../../kit/condition-variable.ts';
import type { NewCallback } from '../../ports/callbacks.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { SessionStore, SessionWrites } from '../../ports/storage.ts';
import { statusUpdate } from '../callback-events.ts';
import type { SessionEvents } from '../session-events.ts';
import { mayFollow, phaseOf, type SessionState } from './states.ts';

/** A state that is stored. */
export type StoredState = Exclude<SessionState, { name: 'gone' }>;

function passkeyOf(state: StoredState): SessionRecord['passkey'] {
  if (state.name !== 'passkey') return null;
  const { stage, expiresAtMs } = state.passkey;
  return { stage, expiresAtMs };
}

/** What changes together with the state. */
export interface Change {
  /** Other changes of the record. */
  record?: Partial<SessionRecord>;
  /** Webhooks besides the one for a changed status. */
  events?: readonly NewCallback[];
  /** The timeline's entry. */
  note?: { what: TimelineWord; why?: string | null };
  /** Other writes of the transaction. */
  writes?: Pick<SessionWrites, 'announces' | 'deviceOf' | 'profile' | 'proxy'> | undefined;
}

/** Dependencies of a {@link SessionStateMachine}. */
export interface SessionStateMachineDeps {
  store: SessionStore;
  metrics: Pick<Metrics, 'became'>;
  sessionEvents: SessionEvents;
  clock: Clock;
}

/**
 * One session's record, as it is stored, and its state, which only `enter`, `leave` and `end` change. A change, the webhooks
 * that it causes and its timeline entry are stored in one transaction before anybody can see it.
 */
export class SessionStateMachine {
  readonly #store: SessionStore;
  readonly #metrics: Pick<Metrics, 'became'>;
  readonly #sessionEvents: SessionEvents;
  readonly #clock: Clock;
  readonly #changed: ConditionVariable;
  #record: SessionRecord;
  #state: SessionState;
  /** Counts changes, to tell apart two in the same millisecond. */
  #changes = 0;

  /** A session as it was stored, and the state in which it begins. */
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

  /** Resolves with `true` as soon as `fact`, which depends on the record or the state, holds; with `false` on time-out. */
  until(fact: () => boolean, timeoutMs: number): Promise<boolean> {
    return this.#changed.until(fact, timeoutMs);
  }

  /** Returns the record as it would be in another state. */
  next(state: StoredState, changes: Partial<SessionRecord> = {}): SessionRecord {
    const own = { phase: phaseOf(state), retryAtMs: null, passkey: passkeyOf(state) };
    const record = { ...this.#record, ...own, updatedAtMs: this.#clock.now(), ...changes };
    // It is true of one connection only.
    if (changes.unreachable === undefined) delete record.unreachable;
    return record;
  }

  /** Stores a change, then enters the state. Every change of state but the last goes through here. */
  async enter(state: StoredState, { record: changes, events = [], note, writes }: Change = {}): Promise<void> {
    if (!mayFollow(this.#state.name, state.name)) {
      throw new Error(`A session cannot go from ${this.#state.name} to ${state.name}`);
    }
    const record = this.next(state, changes);
    await this.#store.commit(record, [...events, ...this.#statusWebhooks(record)], {
      ...writes,
      ...this.#writes(note),
    });
    if (statusOf(record.phase) !== statusOf(this.#record.phase)) this.#metrics.became(statusOf(record.phase));
    this.#record = record;
    this.#changes += 1;
    this.#become(state);
    this.#sessionEvents.changed(record, state);
  }

  /** Changes the record without a webhook; state and status stay. */
  async amend(changes: Partial<SessionRecord>, note: Change['note'], writes?: Change['writes']): Promise<void> {
    const record = { ...this.#record, ...changes };
    await this.#store.commit(record, [], { ...writes, ...this.#writes(note) });
    this.#record = record;
    this.#sessionEvents.changed(record);
  }

  /** Takes over what is known but not stored. */
  learned(known: Pick<SessionRecord, 'pushName'>): void {
    this.#record = { ...this.#record, ...known };
    this.#sessionEvents.changed(this.#record);
  }

  /** Adds a timeline entry; nothing else changes. */
  async note(what: TimelineWord, why: string | null): Promise<void> {
    await this.#store.commit(this.#record, [], this.#writes({ what, why }));
  }

  /** Takes over the record that was stored together with received messages. */
  received(record: SessionRecord): void {
    const isChanged = record !== this.#record;
    this.#record = record;
    if (isChanged) this.#sessionEvents.seen(record);
  }

  /** Removes the session from the storage. `tell` says whether the backend is notified. */
  async leave(why: string, tell: 'always' | 'if-announced'): Promise<void> {
    const last = {
      ...this.#record,
      phase: 'closed' as const,
      passkey: null,
      errorMessage: why,
      updatedAtMs: this.#clock.now(),
    };
    const events = tell === 'always' || last.announced ? [statusUpdate(last, this.#changes)] : [];
    await this.#store.remove(last.sessionId, events);
    this.#metrics.became('removed');
    this.#record = last;
    this.end();
  }

  /** Stops; what is stored stays. */
  end(): void {
    this.#become({ name: 'gone' });
  }

  /** The event that tells the backend the status of a record, whether that has changed or not. */
  statusUpdate(record: SessionRecord): NewCallback {
    return statusUpdate(record, this.#changes);
  }

  /**
   * The backend is notified of status changes from the first connection on, and of the end of a session that never
   * connected.
   */
  #statusWebhooks(next: SessionRecord): NewCallback[] {
    const status = statusOf(next.phase);
    const changed = status !== statusOf(this.#record.phase);
    const isReported = this.#record.announced || status === 'error' || status === 'disconnected';
    return changed && isReported ? [this.statusUpdate(next)] : [];
  }

  #writes(note: Change['note']) {
    return note && { note: { atMs: this.#clock.now(), what: note.what, why: note.why ?? null } };
  }

  #become(state: SessionState): void {
    const timer = 'timer' in state ? state.timer : undefined;
    if ('timer' in this.#state && this.#state.timer !== timer) this.#state.timer?.cancel();
    this.#state = state;
    this.#changed.changed();
  }
}
