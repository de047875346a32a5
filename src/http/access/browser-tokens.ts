import { createHash } from 'node:crypto';
import { type SessionId } from '../../domain/session-id.ts';
import { type Random } from '../../kit/random.ts';
import { type Clock } from '../../kit/clock.ts';
import { Secret } from '../../kit/secret.ts';
import { type Caller, type TokenGrant } from './caller.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LENGTH = 44;

/** An issued token. It is stored under its hash. */
interface IssuedToken {
  id: string;
  issuer: string;
  grant: TokenGrant;
  /** Whether it was issued to create its session. */
  creates: boolean;
  /** On the monotonic clock: a clock that is set must neither end a token nor keep it alive. */
  endsAtMs: number;
}

/** The dependencies of {@link BrowserTokens}. */
export interface BrowserTokensDeps {
  clock: Clock;
  random: Random;
  /** Called with the session that a token has created when the token ends: nobody can see its QR any more. */
  abandoned: (made: SessionId) => void;
}

/** A request for a token. */
export interface TokenSpec {
  /** The session that it shows; `null` for a token that creates one. */
  sessionId: SessionId | null;
  ttlMs: number;
}

/**
 * Short-lived tokens for web pages: each creates one session and shows its code, or shows an existing session, and does nothing
 * else. They exist only in memory, by their hashes, which is what limits a token to one session without a store; a restart
 * revokes them all. What a token created and nobody linked ends with it.
 */
export class BrowserTokens {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #abandoned: (made: SessionId) => void;
  readonly #issued = new Map<string, IssuedToken>();

  constructor({ clock, random, abandoned }: BrowserTokensDeps) {
    this.#clock = clock;
    this.#random = random;
    this.#abandoned = abandoned;
  }

  /** Issues a token on behalf of a caller. */
  issue({ id: issuer }: Caller, { sessionId, ttlMs }: TokenSpec): { token: Secret; expiresAtMs: number } {
    const token = `wat_${this.#random.text(LENGTH, ALPHABET)}`;
    const expiresAtMs = this.#clock.now() + ttlMs;
    const endsAtMs = this.#clock.monotonic() + ttlMs;
    const hash = hashOf(token);
    const grant = { sessionId, spent: sessionId !== null };
    this.#issued.set(hash, {
      id: `token ${hash.slice(0, 12)}`,
      issuer,
      grant,
      creates: sessionId === null,
      endsAtMs,
    });
    this.#clock.after(ttlMs, () => this.#revokeWhere((token) => this.#hasEnded(token)));
    return { token: new Secret(token), expiresAtMs };
  }

  /** Revokes the tokens that were issued with this key. */
  revokeIssuedBy(keyId: string): void {
    this.#revokeWhere(({ issuer }) => issuer === keyId);
  }

  /** The holder of this token; `undefined` when it is unknown or expired. */
  callerOf(text: string): Caller | undefined {
    const hash = hashOf(text);
    const issued = this.#issued.get(hash);
    const isExpired = () => !issued || this.#hasEnded(issued) || !this.#issued.has(hash);
    if (!issued || isExpired()) return undefined;
    return { id: issued.id, scopes: [], sessions: null, token: issued.grant, isExpired };
  }

  #hasEnded({ endsAtMs }: IssuedToken): boolean {
    return endsAtMs <= this.#clock.monotonic();
  }

  #revokeWhere(matches: (token: IssuedToken) => boolean): void {
    for (const [hash, token] of this.#issued) {
      if (!matches(token)) continue;
      this.#issued.delete(hash);
      if (token.creates && token.grant.sessionId !== null) this.#abandoned(token.grant.sessionId);
    }
  }
}

/** Looking up a hash takes a time that reveals nothing about the tokens. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
