import {
  type AuthenticationCreds,
  type AuthenticationState,
  type SignalKeyStore as BaileysKeyStore,
  initAuthCreds,
  type SignalDataSet,
  type SignalDataTypeMap,
} from '@whiskeysockets/baileys';
import { type Numbers } from '../../domain/person.ts';
import { type SessionId } from '../../domain/session-id.ts';
import { type Journal, type JournalEntry, type KeyChange, type SignalKeyStore } from '../../ports/signal.ts';
import { numberOf } from '../addressing/jid.ts';
import { decode, decodeKey, encode, encodeKey } from './key-codec.ts';

/** The credentials and keys of one line, and the fence that ends its right to write them. */
export interface ConnectionAuth {
  state: AuthenticationState;
  /**
   * Stores the credentials of a linked device as they are now, and no others. Baileys changes them in place, so the whole
   * object is stored.
   */
  saveCredentials(): Promise<void>;
  /**
   * Stores what a step of a ratchet changed, together with what it decrypted.
   * @throws ConnectionEndedError behind the fence, and whatever the storage throws
   */
  commitStep(changes: SignalDataSet, decrypted: readonly JournalEntry[]): Promise<void>;
  /** What the ciphertext of a message said when it was decrypted before. */
  recall(ciphertext: Pick<JournalEntry, 'ciphertextHash' | 'messageKey'>): Promise<Uint8Array | undefined>;
  /** The journal of whole messages that became nothing yet. */
  leftOver(): Promise<JournalEntry[]>;
  /** From here on nothing of this line is stored: a newer line, or nobody, owns the credentials. */
  fence(): void;
  isFenced(): boolean;
}

/** Where a line's credentials, keys and journal are. */
export interface AuthStores {
  keys: SignalKeyStore;
  journal: Journal;
}

/** Thrown when a line that is over wants to write. */
export class ConnectionEndedError extends Error {
  override readonly name = 'LineOverError';

  constructor() {
    super('This line is over and owns its credentials no more');
  }
}

/** What a line hears of its own credentials and keys. */
export interface AuthListener {
  /**
   * Every failure of the storage, before Baileys is told: it would take a key that cannot be read for one that is not
   * there, and a message that cannot be stored for one that cannot be decrypted.
   */
  troubled(error: Error): void;
  /** The numbers of LIDs that were not known before, and are stored now. Every way in which they come ends here. */
  learned(numbers: Numbers): void;
}

/** Loads the session's credentials, or makes fresh ones to be paired; those are stored once somebody scans. */
export async function loadAuth(
  { keys, journal }: AuthStores,
  sessionId: SessionId,
  listener: AuthListener,
): Promise<ConnectionAuth> {
  const stored = await keys.credentials(sessionId);
  const creds = stored === undefined ? initAuthCreds() : (decode(stored) as AuthenticationCreds);
  let fenced = false;
  const guarded = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } catch (error) {
      listener.troubled(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  };
  // Behind the fence Baileys' own late writes are dropped without a word: an error would only make it try again.
  const write = async (work: () => Promise<void>): Promise<void> => {
    if (!fenced) await guarded(work());
  };
  return {
    state: {
      creds,
      keys: keyStore(keys, sessionId, { guarded, write, learned: (numbers) => listener.learned(numbers) }),
    },
    // A pairing that fails starts from fresh ones; Baileys has a code's number in them before anybody typed it.
    saveCredentials: async () => {
      if (isPaired(creds)) await write(() => keys.saveCredentials(sessionId, encode(creds)));
    },
    commitStep: async (changes, decrypted) => {
      if (fenced) throw new ConnectionEndedError();
      await guarded(keys.set(sessionId, changesOf(changes), ...decrypted));
    },
    recall: ({ ciphertextHash, messageKey }) => guarded(journal.find(sessionId, ciphertextHash, messageKey)),
    leftOver: () => guarded(journal.leftOver(sessionId)),
    fence: () => {
      fenced = true;
    },
    isFenced: () => fenced,
  };
}

/** The account's own JIDs, as they were last stored; `undefined` when no device is linked. */
export async function storedOwner(keys: SignalKeyStore, sessionId: SessionId): Promise<AuthenticationCreds['me']> {
  const stored = await keys.credentials(sessionId);
  return stored === undefined ? undefined : (decode(stored) as AuthenticationCreds).me;
}

/** Whether the credentials are those of a device that somebody scanned (`registered` stays false after a QR). */
export function isPaired(creds: AuthenticationCreds): boolean {
  return creds.me !== undefined && creds.account !== undefined;
}

/** How the store may be used: all of it is watched, and writes are fenced. */
interface Access {
  guarded: <Result>(work: Promise<Result>) => Promise<Result>;
  write: (work: () => Promise<void>) => Promise<void>;
  learned: (numbers: Numbers) => void;
}

function keyStore(store: SignalKeyStore, sessionId: SessionId, { guarded, write, learned }: Access): BaileysKeyStore {
  return {
    async get<Type extends keyof SignalDataTypeMap>(type: Type, ids: string[]) {
      const found = await guarded(store.get(sessionId, type, ids));
      const entries = [...found].map(([id, text]) => [id, decodeKey(type, text)] as const);
      return Object.fromEntries(entries) as Record<string, SignalDataTypeMap[Type]>;
    },
    set: (data: SignalDataSet) =>
      write(async () => {
        await store.set(sessionId, changesOf(data));
        const numbers = numbersIn(data);
        if (numbers.size > 0) learned(numbers);
      }),
  };
}

/** Beside each number's LID Baileys keeps each LID's number, under this name (`lid-mapping.js`). */
const OF_LID = /^(\d+)_reverse$/;

function numbersIn({ 'lid-mapping': mappings = {} }: SignalDataSet): Numbers {
  const numbers = Object.entries(mappings).flatMap(([id, user]) => {
    const lid = OF_LID.exec(id)?.[1];
    const number = typeof user === 'string' ? numberOf(`${user}@s.whatsapp.net`) : null;
    return lid === undefined || number === null ? [] : [[`${lid}@lid`, number] as const];
  });
  return new Map(numbers);
}

function changesOf(data: SignalDataSet): KeyChange[] {
  return Object.entries(data).flatMap(([type, values]) =>
    Object.entries(values as Record<string, unknown>).map(([id, value]) => ({
      type,
      id,
      value: value === null || value === undefined ? null : encodeKey(type, value),
    })),
  );
}
