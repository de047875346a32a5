/**
 * What a key may do. `admin` is everything, also the settings and the keys themselves; docs/security.md says which requests
 * each of the others opens.
 */
export const SCOPES = ['admin', 'sessions:create', 'sessions:read', 'messages:send', 'callbacks:manage'] as const;

/** One of {@link SCOPES}. */
export type Scope = (typeof SCOPES)[number];
