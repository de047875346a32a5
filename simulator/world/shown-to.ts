import type { Account } from './account.ts';
import type { PrivacyName } from './privacy-settings.ts';
import type { TrustBook } from './trust-book.ts';

/** Who looks at something of somebody, and the token of the owner that their client shows, empty for none. */
export interface Look {
  readonly owner: Account;
  readonly viewer: Account | undefined;
  readonly token: Buffer;
}

/** Whether privacy lets them see it: with `none` nobody may, with `contacts` those who show a token. */
export function isShownTo({ owner, viewer, token }: Look, name: PrivacyName, trust: TrustBook): boolean {
  const value = owner.privacy.of(name);
  if (viewer === owner || value === 'all') return true;
  return value === 'contacts' && viewer !== undefined && trust.accepts(token, viewer, owner);
}
