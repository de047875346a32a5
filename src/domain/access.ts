import type { SessionId } from './session-id.ts';

/**
 * The permissions of API keys. `admin` grants everything, including the settings and the keys; docs/security.md lists the requests
 * that each of the others grants.
 */
export const SCOPES = [
  'admin',
  'sessions:create',
  'sessions:read',
  'messages:send',
  'messages:read',
  'callbacks:manage',
] as const;

/** One of {@link SCOPES}. */
export type Scope = (typeof SCOPES)[number];

/** What a key may do less than its scopes say. */
export interface KeyLimits {
  /** The only recipients that it may send to: digits, or JIDs; `null` for all. */
  recipients: readonly string[] | null;
  /** Whether what it sends becomes a draft, which a person approves or discards. */
  approval: boolean;
}

/** The specification of a new key. */
export interface KeySpec {
  /** For people; may be empty. */
  name: string;
  scopes: readonly Scope[];
  /** The only sessions that it can access; `null` for all, including future ones. */
  sessions: readonly SessionId[] | null;
  /** Omitted for a key without limits. */
  limits?: KeyLimits | undefined;
}

/** A key as it is stored: its permissions, and nothing that it could be reconstructed from. */
export interface ApiKey extends KeySpec {
  /** The public part of the key. */
  keyId: string;
  /** Hex of the HMAC-SHA-256 of the key. */
  hash: string;
  createdAtMs: number;
}
