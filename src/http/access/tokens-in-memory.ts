import type { SessionId } from '../../domain/session-id.ts';
import type { Clock } from '../../kit/clock.ts';
import type {
  BrowserTokenStore,
  EndedBrowserToken,
  NewBrowserToken,
  ValidBrowserToken,
} from '../../ports/browser-tokens.ts';

/** A token, also after its end. */
interface Entry extends ValidBrowserToken {
  /** Whether it was issued to create its session. */
  creates: boolean;
  /** The attempt that creates, or has created, its session. */
  attempt: string | null;
}

/** The tokens of a process on its own. A restart revokes them all. */
export class TokensInMemory implements BrowserTokenStore {
  readonly #clock: Clock;
  readonly #tokens = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add({ hash, keyId, sessionId, ttlMs }: NewBrowserToken): Promise<void> {
    const endsAtMs = this.#clock.monotonic() + ttlMs;
    this.#tokens.set(hash, { keyId, sessionId, endsAtMs, creates: sessionId === null, attempt: null });
    return Promise.resolve();
  }

  find(hash: string): Promise<ValidBrowserToken | undefined> {
    return Promise.resolve(this.#valid(hash));
  }

  begin(hash: string, attempt: string): Promise<boolean> {
    const token = this.#valid(hash);
    const isFirst = token?.sessionId === null && token.attempt === null;
    if (isFirst) token.attempt = attempt;
    return Promise.resolve(isFirst);
  }

  made(hash: string, attempt: string, sessionId: SessionId): Promise<boolean> {
    const token = this.#valid(hash);
    const isMine = token?.attempt === attempt;
    if (isMine) token.sessionId = sessionId;
    return Promise.resolve(isMine);
  }

  failed(hash: string, attempt: string): Promise<void> {
    const token = this.#tokens.get(hash);
    if (token?.attempt === attempt) token.attempt = null;
    return Promise.resolve();
  }

  revokeIssuedBy(keyId: string): Promise<void> {
    for (const token of this.#tokens.values()) if (token.keyId === keyId) token.endsAtMs = -Infinity;
    return Promise.resolve();
  }

  ended(): Promise<EndedBrowserToken[]> {
    const ended = [...this.#tokens].filter(([, token]) => this.#hasEnded(token));
    return Promise.resolve(ended.map(([hash, { creates, sessionId }]) => ({ hash, made: creates ? sessionId : null })));
  }

  remove(hashes: readonly string[]): Promise<void> {
    for (const hash of hashes) this.#tokens.delete(hash);
    return Promise.resolve();
  }

  #valid(hash: string): Entry | undefined {
    const token = this.#tokens.get(hash);
    return token && !this.#hasEnded(token) ? token : undefined;
  }

  #hasEnded({ endsAtMs }: Entry): boolean {
    return endsAtMs <= this.#clock.monotonic();
  }
}
