import { jidDecode, type SignalRepositoryWithLIDStore, type WASocket } from '@whiskeysockets/baileys';

type LidMapping = SignalRepositoryWithLIDStore['lidMapping'];

/** What Baileys' own type hides (`lid-mapping.js`). */
interface MappingCache {
  mappingCache: { get(key: string): unknown; delete(key: string): boolean };
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

/** A phone number's address, with or without a device. All others are left to Baileys. */
const BY_NUMBER = /^(\d+)(?::(\d+))?@s\.whatsapp\.net$/;

/**
 * Makes a new socket answer at once for the LIDs that it knows. A text to two devices asks ten times, and each time Baileys sorts, joins and
 * looks whether the same is being asked for.
 */
export function answerKnownLids(lidMapping: LidMapping): void {
  const find = lidMapping.getLIDForPN.bind(lidMapping);
  const { mappingCache } = lidMapping as unknown as MappingCache;
  lidMapping.getLIDForPN = (jid) => {
    const [, number = '', device = '0'] = BY_NUMBER.exec(jid) ?? [];
    const lid = number && mappingCache.get(`pn:${number}`);
    if (typeof lid !== 'string' || lid === '') return find(jid);
    const suffix = Number(device) === 0 ? '' : `:${Number(device)}`;
    return Promise.resolve(`${lid}${suffix}@lid`);
  };
}
