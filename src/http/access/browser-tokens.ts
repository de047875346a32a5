import { createHash } from 'node:crypto';
import { type SessionId } from '../../domain/session-id.ts';
import { type Random } from '../../kit/random.ts';
import { type Clock } from '../../kit/clock.ts';
import { Secret } from '../../kit/secret.ts';
import { type Caller, type TokenGrant } from './caller.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LENGTH = 44;

/** A token that was given out; which one it is, only its hash tells. */
interface Given {
  id: string;
  issuer: string;
  grant: TokenGrant;
  expiresAtMs: number;
}

/** What a token is wanted for. */
export interface TokenWish {
  /** The session that it shows; `null` for one that it makes itself. */
  sessionId: SessionId | null;
  ttlMs: number;
}

/**
 * Short-lived tokens for pages: each makes and shows the code of one session, and nothing else. They are kept in memory
 * alone, by their hashes, so that one session a token holds without a store, and a restart ends them all.
 */
export class BrowserTokens {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #given = new Map<string, Given>();

  constructor({ clock, random }: { clock: Clock; random: Random }) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A token, in the name of whoever asks for it. */
  give({ id: issuer }: Caller, { sessionId, ttlMs }: TokenWish): { token: Secret; expiresAtMs: number } {
    this.#endWhere(({ expiresAtMs }) => expiresAtMs <= this.#clock.now());
    const token = `wat_${this.#random.text(LENGTH, ALPHABET)}`;
    const expiresAtMs = this.#clock.now() + ttlMs;
    const hash = hashOf(token);
    const grant = { sessionId, spent: sessionId !== null };
    this.#given.set(hash, { id: `token ${hash.slice(0, 12)}`, issuer, grant, expiresAtMs });
    return { token: new Secret(token), expiresAtMs };
  }

  /** Ends those that this key gave. */
  endOf(keyId: string): void {
    this.#endWhere(({ issuer }) => issuer === keyId);
  }

  /** Who shows this token; `undefined` when it is none, or its time is over. */
  callerOf(text: string): Caller | undefined {
    const hash = hashOf(text);
    const given = this.#given.get(hash);
    const isOver = () => !given || given.expiresAtMs <= this.#clock.now() || !this.#given.has(hash);
    if (!given || isOver()) return undefined;
    return { id: given.id, scopes: [], sessions: null, token: given.grant, isOver };
  }

  #endWhere(isOver: (given: Given) => boolean): void {
    for (const [hash, given] of this.#given) if (isOver(given)) this.#given.delete(hash);
  }
}

/** A look-up by it takes a time that tells nothing of the tokens themselves. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
