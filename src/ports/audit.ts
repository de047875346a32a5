import type { AuditFilter, ChainedEntry, StoredAuditEntry } from '../domain/audit.ts';

/** Where the audit log is kept. */
export interface AuditStore {
  /**
   * Adds entries of one chain, in order. Returns `false`, and stores none, when the chain has an entry with the number of the first one
   * by now.
   */
  add(entries: readonly ChainedEntry[]): Promise<boolean>;
  /** The entry at the end of a chain. */
  last(chain: string): Promise<StoredAuditEntry | undefined>;
  /** The chains that have entries, by name. */
  chains(): Promise<string[]>;
  /** The entries of a chain after this number, in order. */
  of(chain: string, afterSeq: number, limit: number): Promise<StoredAuditEntry[]>;
  /** Those that match, the newest first or the oldest first. */
  list(filter: AuditFilter, page: AuditPage): Promise<StoredAuditEntry[]>;
  /** Removes up to so many entries written before this moment (Unix ms). Returns how many there were. */
  removeBefore(beforeMs: number, limit: number): Promise<number>;
}

/** A part of a list. */
export type AuditPage = { limit: number } & (
  | { /** The newest first, of those with lower ids. */ before: number }
  | { /** The oldest first, of those with higher ids. */ after: number }
);
