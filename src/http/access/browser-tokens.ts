import { createHash } from 'node:crypto';
import { AppError, SessionLostError, StorageUnavailableError } from '../../domain/errors.ts';
import type { SessionId } from '../../domain/session-id.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { Random } from '../../kit/random.ts';
import { Secret } from '../../kit/secret.ts';
import { SerialQueue } from '../../kit/serial-queue.ts';
import { Supervisor } from '../../kit/supervisor.ts';
import type { BrowserTokenStore, EndedBrowserToken, ValidBrowserToken } from '../../ports/browser-tokens.ts';
import { ADMIN, type Attempt, type Caller, requireStillValid, type TokenGrant } from './caller.ts';
import { type Sign, TokenForm } from './token-form.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const ATTEMPT_LENGTH = 22;
/** How often a node looks what became of tokens on the others. */
const LOOK_MS = 2_000;

/** The dependencies of {@link BrowserTokens}. */
export interface BrowserTokensDeps {
  store: BrowserTokenStore;
  sign: Sign;
  clock: Clock;
  random: Random;
  log: Logger;
  /** Ends the session that a token has created, unless an account is linked to it: nobody can see its QR any more. */
  abandon: (made: SessionId) => Promise<void>;
}

/** A request for a token. */
export interface TokenSpec {
  /** The session that it shows; `null` for a token that creates one. */
  sessionId: SessionId | null;
  ttlMs: number;
}

/** A token that was used here. All its callers share one, so that a stream sees what a request has created. */
interface KnownToken extends TokenGrant {
  sessionId: SessionId | null;
  readonly endsAtMs: number;
}

/**
 * Short-lived tokens for web pages: each creates one session and shows its code, or shows an existing session, and does nothing
 * else. What a token created and nobody linked ends with it.
 */
export class BrowserTokens implements AsyncDisposable {
  readonly #deps: BrowserTokensDeps;
  readonly #form: TokenForm;
  readonly #supervisor: Supervisor;
  /** By their hashes, until they end. */
  readonly #known = new Map<string, KnownToken>();
  /** The keys that were revoked since the start. */
  readonly #revoked = new Set<string>();
  readonly #sweeps = new SerialQueue();
  /** Tokens whose sessions are just being ended. That may take its time, for which neither the others nor a shutdown wait. */
  readonly #ending = new Set<string>();
  readonly #ends: Supervisor;
  #isOver = false;
  /** Set once it follows the other nodes: then it looks for tokens that have ended, too. */
  #timer: Timer | undefined;

  constructor(deps: BrowserTokensDeps) {
    this.#deps = deps;
    this.#form = new TokenForm(deps.sign, deps.random);
    this.#supervisor = new Supervisor(deps.log);
    this.#ends = new Supervisor(deps.log);
  }

  /** Issues a token on behalf of a caller. @throws AppError `unauthorized` if its key was just revoked; StorageUnavailableError */
  async issue(issuer: Caller, { sessionId, ttlMs }: TokenSpec): Promise<{ token: Secret; expiresAtMs: number }> {
    const { store, clock } = this.#deps;
    const text = this.#form.create();
    const expiresAtMs = clock.now() + ttlMs;
    requireStillValid(issuer);
    const keyId = issuer.id === ADMIN.id ? null : issuer.id;
    await store.add({ hash: hashOf(text), keyId, sessionId, ttlMs });
    if (!this.#timer) clock.after(ttlMs, () => this.#sweepSoon());
    return { token: new Secret(text), expiresAtMs };
  }

  /** Revokes the tokens that were issued with this key. @throws StorageUnavailableError */
  async revokeIssuedBy(keyId: string): Promise<void> {
    this.#revoked.add(keyId);
    await this.#deps.store.revokeIssuedBy(keyId);
    this.#sweepSoon();
  }

  /**
   * The holder of this token; `undefined` when it is unknown or expired. Asks the store for nothing that no node has issued.
   * @throws StorageUnavailableError
   */
  async callerOf(text: string): Promise<Caller | undefined> {
    if (!this.#form.isOurs(text)) return undefined;
    const hash = hashOf(text);
    const found = await this.#deps.store.find(hash);
    if (!found) return undefined;
    const isExpired = () => this.#hasEnded(found) || (found.keyId !== null && this.#revoked.has(found.keyId));
    if (isExpired()) return undefined;
    return {
      id: `token ${hash.slice(0, 12)}`,
      scopes: [],
      sessions: null,
      token: this.#grantOf(hash, found),
      isExpired,
    };
  }

  /** From now on looks regularly what became of tokens on other nodes. */
  follow(): void {
    this.#timer = this.#deps.clock.after(LOOK_MS, () => {
      const look = this.#look().finally(() => {
        if (!this.#isOver) this.follow();
      });
      this.#supervisor.run('a look at browser tokens', look);
    });
  }

  /** Waits for the work in progress. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#timer?.cancel();
    await this.#supervisor.idle();
  }

  /** Another node may have created the session of a token whose stream is open here, or may have left a session behind. */
  async #look(): Promise<void> {
    const creating = [...this.#known].filter(([, { sessionId }]) => sessionId === null);
    await unlessAway(Promise.all(creating.map(([hash, token]) => this.#refresh(hash, token))));
    await this.#sweep();
  }

  async #refresh(hash: string, token: KnownToken): Promise<void> {
    const found = await this.#deps.store.find(hash);
    token.sessionId ??= found?.sessionId ?? null;
  }

  #grantOf(hash: string, { sessionId, endsAtMs }: ValidBrowserToken): TokenGrant {
    const known = this.#known.get(hash) ?? { sessionId, endsAtMs, begin: () => this.#begin(hash) };
    known.sessionId ??= sessionId;
    this.#known.set(hash, known);
    return known;
  }

  async #begin(hash: string): Promise<Attempt | undefined> {
    const { store, random } = this.#deps;
    const attempt = random.text(ATTEMPT_LENGTH, ALPHABET);
    if (!(await store.begin(hash, attempt))) return undefined;
    return {
      made: (sessionId) => this.#made(hash, attempt, sessionId),
      failed: () => unlessAway(store.failed(hash, attempt)),
    };
  }

  async #made(hash: string, attempt: string, sessionId: SessionId): Promise<void> {
    let isMade = false;
    try {
      isMade = await this.#deps.store.made(hash, attempt, sessionId);
    } finally {
      if (!isMade) this.#ends.run('the end of an abandoned session', this.#deps.abandon(sessionId));
    }
    if (!isMade) throw new AppError('unauthorized');
    const known = this.#known.get(hash);
    if (known) known.sessionId = sessionId;
  }

  #sweepSoon(): void {
    if (!this.#isOver) this.#supervisor.run('the end of browser tokens', this.#sweep());
  }

  /** Forgets tokens that have ended, with what they created. What fails is tried again with the next one. */
  #sweep(): Promise<void> {
    for (const [hash, token] of this.#known) if (this.#hasEnded(token)) this.#known.delete(hash);
    return this.#sweeps.run(() => unlessAway(this.#removeEnded()));
  }

  async #removeEnded(): Promise<void> {
    const earlier = new Set(this.#ending);
    const ended = (await this.#deps.store.ended()).filter(({ hash }) => !earlier.has(hash));
    for (const token of ended) this.#ends.run('the end of a browser token', unlessAway(this.#end(token)));
  }

  /** Ends what the token has created. Where that is not possible now, it is tried again, perhaps by another node. */
  async #end({ hash, made }: EndedBrowserToken): Promise<void> {
    const { abandon, store } = this.#deps;
    this.#ending.add(hash);
    try {
      if (made !== null) await abandon(made);
      if (!this.#isOver) await store.remove([hash]);
    } catch (error) {
      if (!(error instanceof SessionLostError)) throw error;
    } finally {
      this.#ending.delete(hash);
    }
  }

  #hasEnded({ endsAtMs }: Pick<KnownToken, 'endsAtMs'>): boolean {
    return endsAtMs <= this.#deps.clock.monotonic();
  }
}

/** While the tokens are not to be had, they wait; the storage says so itself. */
async function unlessAway(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof StorageUnavailableError)) throw error;
  }
}

/** Looking up a hash takes a time that reveals nothing about the tokens. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
