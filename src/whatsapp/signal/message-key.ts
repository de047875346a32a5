import { jidNormalizedUser, type WAMessageKey } from '@whiskeysockets/baileys';
import { type MessageKey } from '../../ports/signal.ts';

/** The key of a message in one text; the same before and after Baileys drops the devices from its addresses. */
export function messageKeyOf({ remoteJid, participant, id }: WAMessageKey): MessageKey {
  return [jidNormalizedUser(remoteJid ?? ''), jidNormalizedUser(participant ?? ''), id ?? ''].join(' ') as MessageKey;
}
