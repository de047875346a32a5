import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../../src/kit/secret.ts';
import { type Event } from '../../../src/domain/event.ts';
import { type NewCallback, type PendingCallback } from '../../../src/ports/callbacks.ts';
import { type SessionRecord } from '../../../src/domain/session.ts';
import { type SessionId } from '../../../src/domain/session-id.ts';
import { openStorage, type Storage } from '../../../src/storage/sqlite/open.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

export const ANA = 'session_1_ana' as SessionId;
export const BEA = 'session_2_bea' as SessionId;

/** The key of the test databases: what the stores promise must hold of encrypted values. */
export const MASTER_KEY = new Secret('a5'.repeat(32));

/** A real database in a temporary folder. */
export class TestStorage implements AsyncDisposable {
  readonly folder: string;
  readonly clock = new ManualClock();
  storage: Storage;
  /** The sessions that onReady told of since the opening. */
  ready: SessionId[] = [];

  constructor(folder: string) {
    this.folder = folder;
    this.storage = this.#open();
  }

  /** Closes and opens again, as a restart does. */
  async reopen(): Promise<void> {
    await this.storage[Symbol.asyncDispose]();
    this.storage = this.#open();
  }

  /** Stores the events with their session. */
  async commit(...events: NewCallback[]): Promise<void> {
    for (const event of events) await this.storage.sessions.commit(record(event.event.body.session_id), [event]);
  }

  next(sessionId: SessionId): Promise<PendingCallback | undefined> {
    return this.storage.callbacks.next(sessionId);
  }

  /** Hands over everything that waits in the session, as `<seq> <webhookId>`. */
  async drain(sessionId: SessionId): Promise<string[]> {
    const handed: string[] = [];
    for (let it = await this.next(sessionId); it; it = await this.next(sessionId)) {
      handed.push(`${it.seq} ${it.webhookId}`);
      await this.storage.callbacks.delivered(it, this.clock.now());
    }
    return handed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.storage[Symbol.asyncDispose]();
  }

  #open(): Storage {
    const storage = openStorage(this.folder, this.clock, MASTER_KEY);
    storage.callbacks.onReady((sessionId) => this.ready.push(sessionId));
    return storage;
  }
}

/** A new folder, removed when the tests of this file are done. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'storage-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

export async function startStorage(): Promise<TestStorage> {
  return new TestStorage(await testFolder());
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
    createdAtMs: 1,
    updatedAtMs: 1,
    ...change,
  };
}

/** A callback that is not a QR. */
export function news(sessionId: SessionId, webhookId: string, after?: string): NewCallback {
  const body = { session_id: sessionId, status: 'connected', error_message: null, timestamp: '', last_seen: null };
  const event: Event = { kind: 'status-update', body: { ...body, status: 'connected' } };
  return { event, webhookId, ...(after !== undefined && { after }) };
}

export function qr(sessionId: SessionId, webhookId: string): NewCallback {
  return {
    event: { kind: 'qr-update', body: { session_id: sessionId, qr_data: webhookId, generated_at: '' } },
    webhookId,
  };
}
