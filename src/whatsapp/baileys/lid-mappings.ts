import { jidDecode, type WASocket } from '@whiskeysockets/baileys';

/** What Baileys' own type hides (`lid-mapping.js`). */
interface MappingCache {
  mappingCache: { delete(key: string): boolean };
}

/** A socket's addresses of people. */
export type MappingSocket = Pick<WASocket, 'authState' | 'signalRepository'>;

/**
 * Makes Baileys forget the LID of a number, so that it asks WhatsApp before it uses one again. The number of the LID stays known:
 * messages that came from it are still that person's.
 */
export async function forgetLid({ authState, signalRepository }: MappingSocket, jid: string): Promise<void> {
  const user = jidDecode(jid)?.user;
  if (user === undefined) return;
  await authState.keys.set({ 'lid-mapping': { [user]: null } });
  (signalRepository.lidMapping as unknown as MappingCache).mappingCache.delete(`pn:${user}`);
}
