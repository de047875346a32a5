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
  expiresAtMs: number;
}

/** A request for a token. */
export interface TokenSpec {
  /** The session that it shows; `null` for a token that creates one. */
  sessionId: SessionId | null;
  ttlMs: number;
}

/**
 * Short-lived tokens for web pages: each creates one session and shows its code, or shows an existing session, and does
 * nothing else. They exist only in memory, under their hashes: a restart revokes them all.
 */
export class BrowserTokens {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #issued = new Map<string, IssuedToken>();

  constructor({ clock, random }: { clock: Clock; random: Random }) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Issues a token on behalf of a caller. */
  issue({ id: issuer }: Caller, { sessionId, ttlMs }: TokenSpec): { token: Secret; expiresAtMs: number } {
    this.#revokeWhere(({ expiresAtMs }) => expiresAtMs <= this.#clock.now());
    const token = `wat_${this.#random.text(LENGTH, ALPHABET)}`;
    const expiresAtMs = this.#clock.now() + ttlMs;
    const hash = hashOf(token);
    const grant = { sessionId, spent: sessionId !== null };
    this.#issued.set(hash, { id: `token ${hash.slice(0, 12)}`, issuer, grant, expiresAtMs });
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
    const isExpired = () => !issued || issued.expiresAtMs <= this.#clock.now() || !this.#issued.has(hash);
    if (!issued || isExpired()) return undefined;
    return { id: issued.id, scopes: [], sessions: null, token: issued.grant, isExpired };
  }

  #revokeWhere(matches: (token: IssuedToken) => boolean): void {
    for (const [hash, token] of this.#issued) if (matches(token)) this.#issued.delete(hash);
  }
}

/** Looking up a hash takes a time that reveals nothing about the tokens. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
