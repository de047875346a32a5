import type { SessionId } from '../../domain/session-id.ts';
import type { SessionRecord } from '../../domain/session.ts';
import type { Clock, Timer } from '../../kit/clock.ts';

/** `last_seen` changes with every message: when nothing else does, it is sent at most this often. */
const SEEN_MS = 1_000;

/** The sessions whose `last_seen` has changed since it was last sent, and nothing else. */
export class LastSeen {
  readonly #clock: Clock;
  readonly #send: (record: SessionRecord) => void;
  readonly #records = new Map<SessionId, SessionRecord>();
  #timer: Timer | undefined;

  /** `send` is called with each session at most once a second. */
  constructor(clock: Clock, send: (record: SessionRecord) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  add(record: SessionRecord): void {
    this.#records.set(record.sessionId, record);
    this.#timer ??= this.#clock.after(SEEN_MS, () => this.#sendAll());
  }

  /** More than `last_seen` of this session has changed, and is sent at once; or it is gone. */
  forget(sessionId: SessionId): void {
    this.#records.delete(sessionId);
  }

  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#records.clear();
  }

  #sendAll(): void {
    const records = [...this.#records.values()];
    this.clear();
    records.forEach(this.#send);
  }
}
