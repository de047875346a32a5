import { type SessionId } from './session-id.ts';

/**
 * What a key may do. `admin` is everything, also the settings and the keys themselves; docs/security.md says which requests
 * each of the others opens.
 */
export const SCOPES = ['admin', 'sessions:create', 'sessions:read', 'messages:send', 'callbacks:manage'] as const;

/** One of {@link SCOPES}. */
export type Scope = (typeof SCOPES)[number];

/** What somebody wants of a new key. */
export interface KeyWish {
  /** For people; may be empty. */
  name: string;
  scopes: readonly Scope[];
  /** The only sessions that it may know of; `null` for all, also those to come. */
  sessions: readonly SessionId[] | null;
}

/** A key as it is stored: what it may do, and nothing that it could be made from again. */
export interface ApiKey extends KeyWish {
  /** The part of the key that is no secret. */
  keyId: string;
  /** Hex of the HMAC-SHA-256 of the key. */
  hash: string;
  createdAtMs: number;
}
