import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type {
  BrowserTokenStore,
  EndedBrowserToken,
  NewBrowserToken,
  ValidBrowserToken,
} from '../../../ports/browser-tokens.ts';
import type { NodeRun } from '../../../ports/ownership.ts';
import { browserToken } from '../../shared/encryption/cell-address.ts';
import { SealBrokenError } from '../../shared/errors.ts';
import { type Database, NO_SESSION } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { SharedRead } from '../shared-read.ts';
import { fragment, sql, type Statement } from '../sql.ts';
import type { Control } from './control.ts';

/** A valid row of `browser_tokens`. */
interface Row extends Pick<ValidBrowserToken, 'keyId' | 'sessionId'> {
  hash: string;
  proof: Buffer;
  leftMs: number;
}

/** The dependencies of {@link PostgresBrowserTokens}. */
export interface BrowserTokensDeps {
  run: NodeRun;
  /** Reads wait for nothing that is written: whoever has a token has it since its row is stored. */
  control: Pick<Control, 'rows'>;
  clock: Clock;
  vault: PostgresVault;
}

/** How many tokens that have ended are removed at once. */
const MAX_ENDED = 200;

/** Whoever has revoked the key: a node that has not heard of it yet may have issued the token afterwards. */
const IS_VALID = fragment`expires_at > now()
  AND (key_id IS NULL OR EXISTS (SELECT 1 FROM api_keys WHERE api_keys.key_id = browser_tokens.key_id))`;

/** Whether no attempt is under way. One that has ended with its node is given up. */
const IS_FREE = fragment`(attempt IS NULL OR attempt_at < now() - interval '2 minutes')`;

/** The browser tokens of all nodes. The database's clock says when they end. */
export class PostgresBrowserTokens implements BrowserTokenStore {
  readonly #db: Pick<Database, 'send'>;
  readonly #deps: BrowserTokensDeps;
  readonly #valid: SharedRead<string, ValidBrowserToken>;
  #lastRead: Promise<unknown> = Promise.resolve();

  constructor(db: Pick<Database, 'send'>, deps: BrowserTokensDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#valid = new SharedRead(
      () => this.#lastRead,
      (hashes) => {
        const read = this.#read(hashes);
        this.#lastRead = read.catch(() => undefined);
        return read;
      },
    );
  }

  async add({ hash, keyId, sessionId, ttlMs }: NewBrowserToken): Promise<void> {
    const proof = this.#proofOf(hash, sessionId);
    await this.#db.send(NO_SESSION, (transaction) =>
      transaction.run(
        sql`INSERT INTO browser_tokens (hash, key_id, creates, session_id, proof, expires_at)
            VALUES (${hash}, ${keyId}, ${sessionId === null}, ${sessionId}, ${proof}, now() + ${ttlMs} * interval '1 ms')
            ON CONFLICT DO NOTHING`,
      ),
    );
  }

  /** One statement at a time, for all who have asked meanwhile: a flood of requests is no flood of statements. */
  find(hash: string): Promise<ValidBrowserToken | undefined> {
    return this.#valid.get(hash);
  }

  /** A statement that was committed without an answer is sent again, and finds its own attempt. */
  begin(hash: string, attempt: string): Promise<boolean> {
    return this.#changes(
      sql`UPDATE browser_tokens SET attempt = ${attempt}, attempt_at = now()
          WHERE hash = ${hash} AND session_id IS NULL AND (attempt = ${attempt} OR ${IS_FREE}) AND ${IS_VALID}`,
    );
  }

  made(hash: string, attempt: string, sessionId: SessionId): Promise<boolean> {
    return this.#changes(
      sql`UPDATE browser_tokens SET session_id = ${sessionId}, proof = ${this.#proofOf(hash, sessionId)}
          WHERE hash = ${hash} AND attempt = ${attempt} AND ${IS_VALID}`,
    );
  }

  async failed(hash: string, attempt: string): Promise<void> {
    await this.#changes(
      sql`UPDATE browser_tokens SET attempt = NULL
          WHERE hash = ${hash} AND attempt = ${attempt} AND session_id IS NULL`,
    );
  }

  async revokeIssuedBy(keyId: string): Promise<void> {
    await this.#changes(
      sql`UPDATE browser_tokens SET expires_at = now() WHERE key_id = ${keyId} AND expires_at > now()`,
    );
  }

  ended(): Promise<EndedBrowserToken[]> {
    const { run, control } = this.#deps;
    const { nodeId, incarnation } = run;
    return control.rows<EndedBrowserToken>(
      sql`SELECT hash, CASE WHEN creates THEN session_id END AS made
          FROM browser_tokens LEFT JOIN ownership USING (session_id)
          WHERE expires_at <= now() AND (NOT creates OR session_id IS NULL OR epoch IS NULL
            OR (owner = ${nodeId} AND incarnation = ${incarnation}))
          ORDER BY expires_at LIMIT ${MAX_ENDED}`,
    );
  }

  async remove(hashes: readonly string[]): Promise<void> {
    await this.#changes(sql`DELETE FROM browser_tokens WHERE hash = ANY(${hashes})`);
  }

  async #changes(statement: Statement): Promise<boolean> {
    return (await this.#db.send(NO_SESSION, (transaction) => transaction.run(statement))) > 0;
  }

  async #read(hashes: readonly string[]): Promise<Map<string, ValidBrowserToken>> {
    const { clock, control } = this.#deps;
    const nowMs = clock.monotonic();
    const rows = await control.rows<Row>(
      sql`SELECT hash, key_id AS "keyId", session_id AS "sessionId", proof,
            (extract(epoch FROM expires_at - now()) * 1000)::float8 AS "leftMs"
          FROM browser_tokens WHERE hash = ANY(${hashes}) AND ${IS_VALID}`,
    );
    const genuine = rows.filter((row) => this.#isGenuine(row));
    return new Map(
      genuine.map(({ hash, keyId, sessionId, leftMs }) => [hash, { keyId, sessionId, endsAtMs: nowMs + leftMs }]),
    );
  }

  #proofOf(hash: string, sessionId: SessionId | null): Buffer {
    return this.#deps.vault.seal(browserToken(hash, sessionId), hash);
  }

  /** A token whose row was changed from outside is worth nothing. */
  #isGenuine({ hash, sessionId, proof }: Row): boolean {
    try {
      return this.#deps.vault.open(browserToken(hash, sessionId), proof) === hash;
    } catch (error) {
      if (error instanceof SealBrokenError) return false;
      throw error;
    }
  }
}
