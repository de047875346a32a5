import {
  type AuthenticationCreds,
  type AuthenticationState,
  BufferJSON,
  initAuthCreds,
  proto,
  type SignalDataSet,
  type SignalDataTypeMap,
  type SignalKeyStore as BaileysKeyStore,
} from '@whiskeysockets/baileys';
import { type KeyChange, type SignalKeyStore } from '../domain/ports.ts';
import { type SessionId } from '../domain/session-id.ts';

/** The credentials and keys of one line, and the fence that ends its right to write them. */
export interface LineAuth {
  state: AuthenticationState;
  /** Stores the credentials as they are now. Baileys changes them in place, so the whole object is stored. */
  saveCredentials(): Promise<void>;
  /** From here on nothing of this line is stored: a newer line, or nobody, owns the credentials. */
  fence(): void;
}

/** Loads the session's credentials, or makes fresh ones to be paired; those are stored once somebody scans. */
export async function loadAuth(store: SignalKeyStore, sessionId: SessionId): Promise<LineAuth> {
  const stored = await store.credentials(sessionId);
  const creds = stored === undefined ? initAuthCreds() : (decode(stored) as AuthenticationCreds);
  let fenced = false;
  return {
    state: { creds, keys: keyStore(store, sessionId, () => fenced) },
    saveCredentials: async () => {
      if (!fenced) await store.saveCredentials(sessionId, encode(creds));
    },
    fence: () => {
      fenced = true;
    },
  };
}

/** A key or credentials as text. Bytes survive: Baileys' own JSON form carries them as base64. */
export function encode(value: unknown): string {
  return JSON.stringify(value, BufferJSON.replacer);
}

/** What {@link encode} wrote. */
export function decode(text: string): unknown {
  return JSON.parse(text, BufferJSON.reviver);
}

/** Whether the credentials are those of a device that somebody scanned (`registered` stays false after a QR). */
export function isPaired(creds: AuthenticationCreds): boolean {
  return creds.me !== undefined && creds.account !== undefined;
}

function keyStore(store: SignalKeyStore, sessionId: SessionId, isFenced: () => boolean): BaileysKeyStore {
  return {
    async get<Type extends keyof SignalDataTypeMap>(type: Type, ids: string[]) {
      const found = await store.get(sessionId, type, ids);
      const entries = [...found].map(([id, text]) => [id, revive(type, decode(text))] as const);
      return Object.fromEntries(entries) as Record<string, SignalDataTypeMap[Type]>;
    },
    async set(data: SignalDataSet) {
      if (!isFenced()) await store.set(sessionId, changesOf(data));
    },
  };
}

/** Baileys calls methods of an app-state key: it must be the protobuf class again, not a plain object. */
function revive(type: keyof SignalDataTypeMap, value: unknown): unknown {
  return type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value as object) : value;
}

function changesOf(data: SignalDataSet): KeyChange[] {
  return Object.entries(data).flatMap(([type, values]) =>
    Object.entries(values as Record<string, unknown>).map(([id, value]) => ({
      type,
      id,
      value: value === null || value === undefined ? null : encode(value),
    })),
  );
}
