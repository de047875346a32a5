import { hash as digest } from 'node:crypto';
import {
  type AuthenticationCreds,
  type AuthenticationState,
  type SignalKeyStore as BaileysKeyStore,
  initAuthCreds,
  type SignalDataSet,
  type SignalDataTypeMap,
} from '@whiskeysockets/baileys';
import type { Numbers } from '../../domain/person.ts';
import type { SessionId } from '../../domain/session-id.ts';
import { asError } from '../../kit/failure.ts';
import { ownBytes } from '../../kit/own-bytes.ts';
import type { Journal, JournalEntry, KeyChange, SignalKeyStore } from '../../ports/signal.ts';
import { numberOf } from '../addressing/jid.ts';
import type { CachedKeyStore } from './key-cache.ts';
import { decode, decodeKey, encode, encodeKey } from './key-codec.ts';
import { SessionStates } from './session-states.ts';

/** The credentials and keys of one connection, and the fence that ends its right to write them. */
export interface ConnectionAuth {
  state: AuthenticationState;
  /**
   * Stores the current credentials, once a device is linked. Baileys changes them in place, so the whole object is
   * stored.
   */
  saveCredentials(): Promise<void>;
  /**
   * Stores what a ratchet step changed, together with what it decrypted.
   * @throws ConnectionEndedError behind the fence, and whatever the storage throws
   */
  commitStep(changes: SignalDataSet, decrypted: readonly JournalEntry[]): Promise<void>;
  /**
   * The latest ratchet step, until it is stored: no frame may leave before. It stays when it could not be stored, and nothing leaves any
   * more.
   */
  underway(): Promise<void> | undefined;
  /** Returns the plaintext of a ciphertext that was decrypted before; `undefined` if it was not. */
  recall(ciphertext: Pick<JournalEntry, 'ciphertextHash' | 'messageKey'>): Promise<Uint8Array | undefined>;
  /** Returns the journal entries of whole messages that were never handled. */
  leftOver(): Promise<JournalEntry[]>;
  /** From here on nothing of this connection is stored: a newer connection, or nobody, owns the credentials. */
  fence(): void;
  isFenced(): boolean;
}

/** Keys, of which some may be known without asking the storage: with each message they are read a dozen times. */
type KeyReader = SignalKeyStore & Partial<Pick<CachedKeyStore, 'known'>>;

/** The stores of a connection's credentials, keys and journal. */
export interface AuthStores {
  keys: KeyReader;
  journal: Journal;
  /** Shared by all connections. */
  states?: SessionStates;
}

/** Thrown when a connection that is over tries to write. */
export class ConnectionEndedError extends Error {
  override readonly name = 'ConnectionEndedError';

  constructor() {
    super('This connection is over and no longer owns its credentials');
  }
}

/** Is notified about the credentials and keys of a connection. */
export interface AuthListener {
  /**
   * Called on every failure of the storage, before Baileys sees it: Baileys would take a key that cannot be read for a
   * missing one, and a message that cannot be stored for one that cannot be decrypted.
   */
  storageFailed(error: Error): void;
  /** Called with the numbers of LIDs that are new and stored now, whatever revealed them. */
  learned(numbers: Numbers): void;
}

/** Loads the session's credentials, or creates fresh ones for a pairing, which are stored once a device is linked. */
export async function loadAuth(
  { keys, journal, states = new SessionStates() }: AuthStores,
  sessionId: SessionId,
  listener: AuthListener,
): Promise<ConnectionAuth> {
  const stored = await storedCredentials(keys, sessionId);
  const creds = stored?.creds ?? initAuthCreds();
  const codec = codecOf(sessionId, states);
  // The text itself is 2 kB.
  let savedHash = stored && hashOf(stored.text);
  let fenced = false;
  let underway: Promise<void> | undefined;
  const guarded = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } catch (error) {
      listener.storageFailed(asError(error));
      throw error;
    }
  };
  // Behind the fence Baileys' late writes are dropped silently: an error would only make it retry.
  const write = async (work: () => Promise<void>): Promise<void> => {
    if (!fenced) await guarded(work());
  };
  return {
    state: {
      creds,
      keys: keyStore(keys, sessionId, { codec, guarded, write, learned: (numbers) => listener.learned(numbers) }),
    },
    // A pairing that fails starts with fresh credentials; with a code, Baileys sets the number before anybody has typed
    // it. At a login, Baileys says twice that they changed, and mostly they did not.
    saveCredentials: async () => {
      ownBytes(creds);
      if (!isPaired(creds)) return;
      const text = encode(creds);
      const hash = hashOf(text);
      if (hash === savedHash) return;
      savedHash = hash;
      try {
        await write(() => keys.saveCredentials(sessionId, text));
      } catch (error) {
        savedHash = undefined;
        throw error;
      }
    },
    commitStep: async (changes, decrypted) => {
      if (fenced) throw new ConnectionEndedError();
      const stored = guarded(keys.set(sessionId, changesOf(changes, codec), ...decrypted));
      underway = stored;
      await stored;
      if (underway === stored) underway = undefined;
    },
    underway: () => underway,
    recall: ({ ciphertextHash, messageKey }) => guarded(journal.find(sessionId, ciphertextHash, messageKey)),
    leftOver: () => guarded(journal.leftOver(sessionId)),
    fence: () => {
      fenced = true;
    },
    isFenced: () => fenced,
  };
}

/** Returns the account's own JIDs, as last stored; `undefined` when no device is linked. */
export async function storedOwner(keys: SignalKeyStore, sessionId: SessionId): Promise<AuthenticationCreds['me']> {
  return (await storedCredentials(keys, sessionId))?.creds.me;
}

/** Credentials that make no sense are set aside, and the account must be linked anew: nothing can be done with them. */
async function storedCredentials(
  keys: SignalKeyStore,
  sessionId: SessionId,
): Promise<{ creds: AuthenticationCreds; text: string } | undefined> {
  const text = await keys.credentials(sessionId);
  if (text === undefined) return undefined;
  const creds = attempt(() => decode(text)) as Partial<AuthenticationCreds> | null | undefined;
  if (creds?.noiseKey && creds.signedIdentityKey && creds.signedPreKey) {
    ownBytes(creds);
    return { creds: creds as AuthenticationCreds, text };
  }
  await keys.unreadable(sessionId, 'credentials');
  return undefined;
}

function hashOf(text: string): string {
  return digest('sha256', text, 'base64');
}

/** Whether the credentials are those of a linked device (after a QR, `registered` stays false). */
export function isPaired(creds: AuthenticationCreds): boolean {
  return creds.me !== undefined && creds.account !== undefined;
}

/** How the keys of a session become texts, and are made of them again. */
interface Codec {
  encode: (type: string, id: string, value: object) => string;
  /** @throws Error when the text is damaged */
  decode: (type: keyof SignalDataTypeMap, id: string, text: string) => unknown;
}

function codecOf(sessionId: SessionId, states: SessionStates): Codec {
  return {
    encode: (type, id, value) =>
      type === 'session' && !ArrayBuffer.isView(value) ? states.encode(sessionId, id, value) : encodeKey(type, value),
    decode: (type, id, text) => (type === 'session' ? states.decode(sessionId, id, text) : decodeKey(type, text)),
  };
}

/** How the store is accessed: every failure is reported, and writes are fenced. */
interface Access {
  codec: Codec;
  guarded: <Result>(work: Promise<Result>) => Promise<Result>;
  write: (work: () => Promise<void>) => Promise<void>;
  learned: (numbers: Numbers) => void;
}

function keyStore(store: KeyReader, sessionId: SessionId, { codec, guarded, write, learned }: Access): BaileysKeyStore {
  return {
    async get<Type extends keyof SignalDataTypeMap>(type: Type, ids: string[]) {
      const found = store.known?.(type, ids) ?? (await guarded(store.get(sessionId, type, ids)));
      const entries: [string, unknown][] = [];
      for (const [id, text] of found) {
        const value = attempt(() => codec.decode(type, id, text));
        // Baileys then begins anew with the contact, as it does when there is no key.
        if (value === undefined) await write(() => store.unreadable(sessionId, { type, id }));
        else entries.push([id, value]);
      }
      return Object.fromEntries(entries) as Record<string, SignalDataTypeMap[Type]>;
    },
    set: (data: SignalDataSet) =>
      write(async () => {
        await store.set(sessionId, changesOf(data, codec));
        const numbers = numbersIn(data);
        if (numbers.size > 0) learned(numbers);
      }),
  };
}

/** `undefined` when `decoding` throws, for whatever reason. */
function attempt(decoding: () => unknown): unknown {
  try {
    return decoding();
  } catch {
    return undefined;
  }
}

/** Baileys stores each mapping both ways; the number of a LID under this name (`lid-mapping.js`). */
const OF_LID = /^(\d+)_reverse$/;

function numbersIn({ 'lid-mapping': mappings = {} }: SignalDataSet): Numbers {
  const numbers = Object.entries(mappings).flatMap(([id, user]) => {
    const lid = OF_LID.exec(id)?.[1];
    const number = typeof user === 'string' ? numberOf(`${user}@s.whatsapp.net`) : null;
    return lid === undefined || number === null ? [] : [[`${lid}@lid`, number] as const];
  });
  return new Map(numbers);
}

function changesOf(data: SignalDataSet, codec: Codec): KeyChange[] {
  return Object.entries(data).flatMap(([type, values]) =>
    Object.entries(values as Record<string, object | null | undefined>).map(([id, value]) => ({
      type,
      id,
      value: value === null || value === undefined ? null : codec.encode(type, id, value),
    })),
  );
}
