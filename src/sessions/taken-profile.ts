import { mergedProfile, type SessionProfile } from '../domain/session-profile.ts';
import type { SessionRecord } from '../domain/session.ts';
import type { SessionStore, SessionWrites } from '../ports/storage.ts';

/**
 * What is stored of the profile when a session goes on with the device of another one, which is removed: what was said of it stays, and
 * what was only said of the other one is taken over. `own` is `undefined` when the session was deleted.
 */
export async function takenProfile(
  store: Pick<SessionStore, 'proxyOf'>,
  own: SessionProfile | undefined,
  from: SessionRecord,
): Promise<Pick<SessionWrites, 'profile' | 'proxy'>> {
  if (!from.profile) return {};
  const profile = mergedProfile(own, from.profile);
  const isOwn = profile.proxy === (own?.proxy ?? null);
  const proxy = isOwn ? undefined : await store.proxyOf(from.sessionId);
  return proxy instanceof Object ? { profile, proxy } : { profile: { ...profile, proxy: own?.proxy ?? null } };
}
