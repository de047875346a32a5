import { createHmac } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditEntry, AuditFilter, ChainCheck, ChainedEntry, StoredAuditEntry } from '../domain/audit.ts';
import type { Config } from '../config/config.ts';
import type { Clock, Timer } from '../kit/clock.ts';
import { describeFailure } from '../kit/failure.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import { Secret } from '../kit/secret.ts';
import { SerialQueue } from '../kit/serial-queue.ts';
import type { AuditPage } from '../ports/audit.ts';
import type { Storage } from '../ports/storage.ts';
import { removeInPieces } from './housekeeping.ts';

/** How long entries wait for others to be written with: a kill loses no more than that, while the storage works. */
const DELAY_MS = 200;
const RETRY_MS = 1_000;
/** How many entries wait for the storage; beyond that they are counted only. */
const MAX_WAITING = 10_000;
const BATCH = 500;
/** The method of the entry that says how many are missing before it, as its status. */
const LOST = 'LOST';
const KEY_SETTING = 'audit_key';
const KEY_LENGTH = 44;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The dependencies of {@link AuditTrail}. */
export interface AuditTrailDeps {
  storage: Pick<Storage, 'audit' | 'settings'>;
  /** The id of this node; empty for a process on its own. */
  chain: string;
  /** How long entries are kept; with 0 nothing is recorded. */
  retentionMs: number;
  clock: Clock;
  random: Random;
  log: Logger;
}

/**
 * The audit log: writes what callers asked for soon after they were answered, as a chain in which each entry holds the hash of the one
 * before. The key of the hashes is a setting, which is encrypted where there is a master key: whoever can only write the database cannot
 * make up a chain. Disposing it writes what waits.
 */
export class AuditTrail implements AsyncDisposable {
  readonly #deps: AuditTrailDeps;
  readonly #key: Secret;
  readonly #writes = new SerialQueue();
  #waiting: AuditEntry[] = [];
  #lost = 0;
  #timer: Timer | undefined;
  #isOver = false;
  /** The end of the chain; `undefined` until it is read. */
  #end: Pick<ChainedEntry, 'seq' | 'hash'> | undefined;

  private constructor(deps: AuditTrailDeps, key: Secret) {
    this.#deps = deps;
    this.#key = key;
  }

  /** Loads the key of the hashes, or makes one. @throws StorageUnavailableError */
  static async load(deps: AuditTrailDeps): Promise<AuditTrail> {
    const { settings } = deps.storage;
    const key = (await settings.get(KEY_SETTING)) ?? (await made(deps));
    return new AuditTrail(deps, new Secret(key));
  }

  /** Records an entry; it is written soon. */
  record(entry: AuditEntry): void {
    if (this.#deps.retentionMs === 0) return;
    if (this.#waiting.length >= MAX_WAITING) {
      this.#lost += 1;
      return;
    }
    if (this.#lost > 0)
      this.#waiting.push({ ...entry, method: LOST, status: this.#lost, caller: null, sessionId: null });
    this.#lost = 0;
    this.#waiting.push(entry);
    this.#writeIn(DELAY_MS);
  }

  /** The entries that match, those that wait included. @throws StorageUnavailableError */
  async list(filter: AuditFilter, page: AuditPage): Promise<StoredAuditEntry[]> {
    await this.#written();
    return this.#deps.storage.audit.list(filter, page);
  }

  /** Reads every entry, and says of each chain whether it holds. @throws StorageUnavailableError */
  async verify(): Promise<ChainCheck[]> {
    await this.#written();
    const checks: ChainCheck[] = [];
    for (const chain of await this.#deps.storage.audit.chains()) checks.push(await this.#check(chain));
    return checks;
  }

  /** Removes what is older than its retention. Ends early when `signal` is aborted. */
  async prune(signal: AbortSignal): Promise<void> {
    const { clock, retentionMs, storage } = this.#deps;
    if (retentionMs === 0) return;
    await removeInPieces((limit) => storage.audit.removeBefore(clock.now() - retentionMs, limit), signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#timer?.cancel();
    await this.#written();
  }

  #writeIn(delayMs: number): void {
    if (this.#isOver) return;
    this.#timer ??= this.#deps.clock.after(delayMs, () => void this.#written());
  }

  /** Writes what waits. A storage that fails gets it later. */
  #written(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    return this.#writes.run(() => this.#write());
  }

  async #write(): Promise<void> {
    try {
      while (this.#waiting.length > 0) await this.#writeBatch(this.#waiting.slice(0, BATCH));
    } catch (error) {
      this.#end = undefined;
      const count = this.#waiting.length;
      this.#deps.log.warn({ failure: describeFailure(error), count }, 'the audit log could not be written');
      this.#writeIn(RETRY_MS);
    }
  }

  async #writeBatch(batch: readonly AuditEntry[]): Promise<void> {
    const { storage, chain } = this.#deps;
    this.#end ??= (await storage.audit.last(chain)) ?? { seq: 0, hash: '' };
    const chained: ChainedEntry[] = [];
    for (const entry of batch) chained.push(this.#chained(entry, chained.at(-1) ?? this.#end));
    // Somebody else with this node's name has written, or a write that failed has arrived: what is stored counts.
    const isStored = await storage.audit.add(chained);
    this.#end = isStored ? chained.at(-1) : undefined;
    if (isStored) this.#waiting.splice(0, batch.length);
    else throw new Error('the chain has grown meanwhile');
  }

  #chained(entry: AuditEntry, { seq, hash: previous }: Pick<ChainedEntry, 'seq' | 'hash'>): ChainedEntry {
    const next = { ...entry, chain: this.#deps.chain, seq: seq + 1, previous };
    return { ...next, hash: this.#hashOf(next) };
  }

  async #check(chain: string): Promise<ChainCheck> {
    const { audit } = this.#deps.storage;
    let found: ChainCheck | undefined;
    let page = await audit.of(chain, 0, BATCH);
    while (page.length > 0) {
      for (const entry of page) found = this.#checked(found, entry);
      page = await audit.of(chain, page.at(-1)?.seq ?? 0, BATCH);
      await nextTurn();
    }
    return this.#checkedEnd(found ?? { chain, first: 0, last: 0, hash: '', brokenAt: null });
  }

  /** The check so far, with one more entry. */
  #checked(before: ChainCheck | undefined, entry: StoredAuditEntry): ChainCheck {
    const follows = before ? entry.seq === before.last + 1 && entry.previous === before.hash : true;
    const holds = follows && entry.hash === this.#hashOf(entry);
    const { chain, seq, hash } = entry;
    const brokenAt = before?.brokenAt ?? (holds ? null : seq);
    return { chain, first: before?.first ?? seq, last: seq, hash, brokenAt };
  }

  /** Of the own chain it is known what was written last. */
  #checkedEnd(check: ChainCheck): ChainCheck {
    const end = check.chain === this.#deps.chain ? this.#end : undefined;
    const isWhole = !end || (end.seq === check.last && end.hash === check.hash);
    return isWhole ? check : { ...check, brokenAt: check.brokenAt ?? check.last + 1 };
  }

  #hashOf(entry: Omit<ChainedEntry, 'hash'>): string {
    const { chain, seq, previous, atMs, caller, method, route, tool, sessionId, status, requestId } = entry;
    const parts = [previous, chain, seq, atMs, caller, method, route, tool, sessionId, status, requestId];
    return createHmac('sha256', this.#key.reveal()).update(JSON.stringify(parts)).digest('hex');
  }
}

/** The audit log as configured. @throws StorageUnavailableError */
export function openAuditTrail(
  { http, cluster }: Config,
  { clock, random, log }: { clock: Clock; random: Random; log: Logger },
  storage: AuditTrailDeps['storage'],
): Promise<AuditTrail> {
  const retentionMs = http.auditRetentionMs;
  const chain = cluster?.nodeId ?? '';
  return AuditTrail.load({ storage, chain, retentionMs, clock, random, log: log.child({ part: 'audit' }) });
}

/** The same on all nodes. */
function made({ storage, random }: AuditTrailDeps): Promise<string> {
  return storage.settings.setIfMissing(KEY_SETTING, random.text(KEY_LENGTH, ALPHABET));
}
