import type { SignalKeyStore as BaileysKeys } from '@whiskeysockets/baileys';
import type { SessionId } from '../../domain/session-id.ts';
import type { SignalKeyStore } from '../../ports/signal.ts';
import { decodeKey } from './key-codec.ts';

/** The stored keys of a session in the form of Baileys, for reading without a connection. */
export function storedKeys(keys: SignalKeyStore, sessionId: SessionId): Pick<BaileysKeys, 'get'> {
  return {
    get: async (type, ids) => {
      const found = await keys.get(sessionId, type, ids);
      return Object.fromEntries([...found].map(([id, text]) => [id, decodeKey(type, text)])) as never;
    },
  };
}
