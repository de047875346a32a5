import { jidNormalizedUser, type WAMessageKey } from '@whiskeysockets/baileys';
import { type MessageKey } from '../../ports/signal.ts';

/** Returns a message's key as one text, which stays the same when Baileys drops the devices from its addresses. */
export function messageKeyOf({ remoteJid, participant, id }: WAMessageKey): MessageKey {
  return [jidNormalizedUser(remoteJid ?? ''), jidNormalizedUser(participant ?? ''), id ?? ''].join(' ') as MessageKey;
}
