import type { SessionId } from './session-id.ts';

/** What somebody asked of the server. It says nothing of what a message contains, and holds no secret. */
export interface AuditEntry {
  /** When the answer was given, Unix ms. */
  atMs: number;
  /** `admin` for a key of `API_KEY`, the id of any other key, or `token …`; `null` without a key, where none is needed. */
  caller: string | null;
  method: string;
  /** The pattern of the path, never the path itself. */
  route: string;
  /** The tool of the MCP server that made the request. */
  tool: string | null;
  sessionId: SessionId | null;
  /** The status of the answer; `null` when the caller left before. */
  status: number | null;
  requestId: string;
}

/** An entry with its place in a chain: each holds the hash of the one before. */
export interface ChainedEntry extends AuditEntry {
  /** The node that wrote it; empty for a process on its own. */
  chain: string;
  /** From 1, without gaps. */
  seq: number;
  /** The hash of the entry before; empty for the first one. */
  previous: string;
  /** Hex of the HMAC-SHA-256 of `previous` and everything else. */
  hash: string;
}

/** An entry as it is stored. */
export interface StoredAuditEntry extends ChainedEntry {
  /** Its number in the database, growing. */
  id: number;
}

/** Which entries are asked for; what is missing restricts nothing. */
export interface AuditFilter {
  caller?: string | undefined;
  sessionId?: SessionId | undefined;
  method?: string | undefined;
  route?: string | undefined;
  sinceMs?: number | undefined;
  /** Exclusive. */
  untilMs?: number | undefined;
}

/** Whether a chain holds. */
export interface ChainCheck {
  chain: string;
  /** The first and the last entry that are kept. */
  first: number;
  last: number;
  /** The hash of the last one. Kept elsewhere, it proves later that nothing up to it was changed or removed. */
  hash: string;
  /** The first entry that was changed, or before which one is missing; `null` when everything holds. */
  brokenAt: number | null;
}
