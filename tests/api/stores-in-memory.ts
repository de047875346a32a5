import type { SettingsApi } from '../../src/http/core.ts';
import type { DatabaseBackup, IdempotencyStore, ReservedMessage, StoredAnswer } from '../../src/ports/storage.ts';

/** Says that it made a copy. */
export class Backups implements DatabaseBackup {
  failure: Error | undefined;

  create(): Promise<string> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return Promise.resolve('backup-3f0e8f6a-5d0b-4c8e-9a53-1f3f6d6f7c11.db');
  }
}

/** Settings in memory. */
export class SettingsInMemory implements SettingsApi {
  #downloadMedia = false;

  downloadMedia(): boolean {
    return this.#downloadMedia;
  }

  setDownloadMedia(enabled: boolean): Promise<void> {
    this.#downloadMedia = enabled;
    return Promise.resolve();
  }
}

/** Stored answers in memory. */
export class AnswersInMemory implements IdempotencyStore {
  readonly answers = new Map<string, StoredAnswer>();
  failure: Error | undefined;
  /** Whether the storage does not answer. */
  isStalled = false;

  find(scope: string, key: string): Promise<StoredAnswer | undefined> {
    return Promise.resolve(this.answers.get(`${scope} ${key}`));
  }

  /** Each request gets the id of the first one with its key. */
  readonly reserved = new Map<string, ReservedMessage>();

  reserve(scope: string, key: string, request: ReservedMessage): Promise<string> {
    const known = this.reserved.get(`${scope} ${key}`);
    if (known?.requestHash === request.requestHash) return Promise.resolve(known.messageId);
    this.reserved.set(`${scope} ${key}`, request);
    return Promise.resolve(request.messageId);
  }

  save(scope: string, key: string, answer: StoredAnswer): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    if (this.isStalled) return new Promise(() => undefined);
    this.answers.set(`${scope} ${key}`, answer);
    return Promise.resolve();
  }
}
