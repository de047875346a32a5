import type { SessionId } from '../domain/session-id.ts';

/** A token as it is issued. */
export interface NewBrowserToken {
  /** Of its text, which is not stored: nobody can make the token of its hash. */
  hash: string;
  /** The API key that it was issued with; `null` for those of `API_KEY`, which cannot be revoked. */
  keyId: string | null;
  /** The session that it shows; `null` for a token that creates one. */
  sessionId: SessionId | null;
  ttlMs: number;
}

/** A token that is valid. */
export interface ValidBrowserToken {
  keyId: string | null;
  /** The session that it shows, or has created. */
  sessionId: SessionId | null;
  /** When it ends, on the monotonic clock of this process: a clock that is set must neither end a token nor keep it alive. */
  endsAtMs: number;
}

/** A token that is over. */
export interface EndedBrowserToken {
  hash: string;
  /** The session that it has created, which may be still without an account. */
  made: SessionId | null;
}

/**
 * The browser tokens of all nodes, by the hashes of their texts. Each method rejects with `StorageUnavailableError` while the tokens are
 * not to be had.
 */
export interface BrowserTokenStore {
  add(token: NewBrowserToken): Promise<void>;
  /** `undefined` when there is no such token, it has expired, or its key was revoked. */
  find(hash: string): Promise<ValidBrowserToken | undefined>;
  /**
   * Begins an attempt to create the session of a token. Returns `false` when it has one, or another attempt is under way, on
   * whichever node. `attempt` is random.
   */
  begin(hash: string, attempt: string): Promise<boolean>;
  /** The attempt has created this session. Returns `false` when the token has ended meanwhile: nobody can see the session with it. */
  made(hash: string, attempt: string, sessionId: SessionId): Promise<boolean>;
  /** The attempt has failed: another one may begin. */
  failed(hash: string, attempt: string): Promise<void>;
  /** Ends the tokens of a revoked key. */
  revokeIssuedBy(keyId: string): Promise<void>;
  /** Tokens that have ended, without those that made a session of another node. */
  ended(): Promise<EndedBrowserToken[]>;
  remove(hashes: readonly string[]): Promise<void>;
}
