import type { WAMessageKey } from '@whiskeysockets/baileys';
import type { MessageKey } from '../../ports/signal.ts';
import { withoutDevice } from '../addressing/jid.ts';

/** Returns a message's key as one text, which stays the same when Baileys drops the devices from its addresses. */
export function messageKeyOf({ remoteJid, participant, id }: WAMessageKey): MessageKey {
  return [withoutDevice(remoteJid ?? ''), withoutDevice(participant ?? ''), id ?? ''].join(' ') as MessageKey;
}
