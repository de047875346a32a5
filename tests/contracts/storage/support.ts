import type { Event } from '../../../src/domain/event.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import type { SessionRecord } from '../../../src/domain/session.ts';
import type { NewCallback, PendingCallback } from '../../../src/ports/callbacks.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { emptySqlite, IMPLEMENTATIONS, type StorageHome } from './implementations.ts';

export { testFolder } from '../../harness/test-folder.ts';

export const ANA = 'session_1_ana' as SessionId;
export const BEA = 'session_2_bea' as SessionId;

/** A value that no storage can store. */
export const UNSTORABLE = {
  toJSON: () => {
    throw new Error('it cannot be stored');
  },
  toString: () => {
    throw new Error('it cannot be stored');
  },
} as unknown as string;

/** A part of the contract: runs `suite` for each implementation. */
export function contract(title: string, suite: (startStorage: () => Promise<TestStorage>) => void): void {
  describe.each(IMPLEMENTATIONS)(`$name: ${title}`, ({ createHome }) =>
    suite(async () => startStorage(await createHome())),
  );
}

/** A real storage on a manual clock. */
export class TestStorage implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly #home: StorageHome;
  storage: Storage;
  /** The sessions that onReady reported, in order. */
  ready: SessionId[] = [];

  constructor(home: StorageHome, storage: Storage, clock: ManualClock) {
    this.#home = home;
    this.clock = clock;
    this.storage = storage;
    this.#listen();
  }

  /** Closes and opens again, as a restart does. */
  async reopen(): Promise<void> {
    await this.storage[Symbol.asyncDispose]();
    this.storage = await this.#home.open(this.clock);
    this.#listen();
  }

  /** Stores each event with its session. */
  async commit(...events: NewCallback[]): Promise<void> {
    for (const event of events) await this.storage.sessions.commit(record(event.event.body.session_id), [event]);
  }

  /** Resolves when everything is stored, also what nobody waits for. */
  async settled(): Promise<void> {
    await this.storage.callbacks.counts(0);
  }

  next(sessionId: SessionId): Promise<PendingCallback | undefined> {
    return this.storage.callbacks.next(sessionId);
  }

  /** Delivers everything that is pending in the session. Returns it as `<seq> <webhookId>`. */
  async drain(sessionId: SessionId): Promise<string[]> {
    const delivered: string[] = [];
    for (let it = await this.next(sessionId); it; it = await this.next(sessionId)) {
      delivered.push(`${it.seq} ${it.webhookId}`);
      await this.storage.callbacks.delivered(it, this.clock.now());
    }
    return delivered;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.storage[Symbol.asyncDispose]();
  }

  #listen(): void {
    this.storage.callbacks.onReady((sessionId) => this.ready.push(sessionId));
  }
}

/** Opens a new storage, by default an encrypted SQLite file: for tests of something else on a real storage. */
export async function startStorage(home?: StorageHome): Promise<TestStorage> {
  const place = home ?? (await emptySqlite());
  const clock = new ManualClock();
  return new TestStorage(place, await place.open(clock), clock);
}

export function record(sessionId: SessionId, change: Partial<SessionRecord> = {}): SessionRecord {
  return {
    sessionId,
    phase: 'pairing',
    identity: null,
    announced: false,
    errorMessage: null,
    lastSeenMs: null,
    retryAtMs: null,
    restrictedUntilMs: null,
    passkey: null,
    createdAtMs: 1,
    updatedAtMs: 1,
    ...change,
  };
}

/** A callback that is not a QR. */
export function statusUpdate(sessionId: SessionId, webhookId: string): NewCallback {
  const body = { session_id: sessionId, error_message: null, timestamp: '', last_seen: null };
  const event: Event = { kind: 'status-update', body: { ...body, status: 'connected' } };
  return { event, webhookId };
}

/** A QR callback. */
export function qr(sessionId: SessionId, webhookId: string): NewCallback {
  return {
    event: { kind: 'qr-update', body: { session_id: sessionId, qr_data: webhookId, generated_at: '' } },
    webhookId,
  };
}
