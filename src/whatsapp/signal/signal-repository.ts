import {
  DEFAULT_CONNECTION_CONFIG,
  getDecryptionJid,
  isLidUser,
  isPnUser,
  jidDecode,
  MISSING_KEYS_ERROR_TEXT,
  type SignalRepositoryWithLIDStore,
  type SocketConfig,
} from '@whiskeysockets/baileys';
import { type ConnectionAuth } from './auth-state.ts';
import { type CiphertextOrigins, type Origin } from './ciphertext-origins.ts';
import { type BatchDecryption, type Letter } from './batch-decryption.ts';
import { currentConnection } from '../baileys/connection-context.ts';
import { RatchetTransactions, type Step } from './ratchet-transactions.ts';

type MakeSignalRepository = SocketConfig['makeSignalRepository'];

/** What a repository needs of its line. */
export interface SignalRepositoryDeps {
  auth: ConnectionAuth;
  origins: CiphertextOrigins;
  /** Has what waits decrypted by this repository. */
  batch: BatchDecryption;
  /** Told of the stanza of a message that is lost to us, of which Baileys says nothing to anybody. */
  unreadable: (attrs: Record<string, string>) => void;
}

/**
 * Baileys' own Signal repository, made safe in three ways.
 * 1. One lock around everything that reads and writes a ratchet. Stock, a send holds one transaction for its whole
 *    duration while an incoming message of the same contact runs in another; the later commit undoes a step of the
 *    ratchet, and messages become undecryptable on either side.
 * 2. What a message said is stored with the step of the ratchet that used up its key, in one transaction, before Baileys
 *    can tell WhatsApp that we have it. From there on no crash loses it: the next line finds it in the journal.
 *    A message that is sent is handed out only when it is stored, and so is the step that encrypted it.
 * 3. A ciphertext that WhatsApp delivers again, whose key is used up, is answered from the journal.
 *
 * Messages that wait for their turn are decrypted together, as one step.
 */
export function safeSignalRepository(deps: SignalRepositoryDeps): MakeSignalRepository {
  const { auth } = deps;
  return ({ creds }, logger, pnToLid) => {
    const steps = new RatchetTransactions(auth.state.keys, (changes, decrypted) => auth.commitStep(changes, decrypted));
    const stock = DEFAULT_CONNECTION_CONFIG.makeSignalRepository({ creds, keys: steps.keys() }, logger, pnToLid);
    deps.batch.decryptWith((letters) => decryptTogether(letters, { stock, steps, deps }));
    return { ...stock, ...lockedMethods(stock, steps), ...decryption(stock, steps, deps) };
  };
}

function lockedMethods(stock: SignalRepositoryWithLIDStore, steps: RatchetTransactions) {
  return {
    encryptMessage: async (opts) => {
      await resolveLid(stock, opts.jid);
      const encrypted = await steps.takeTogether(() => stock.encryptMessage(opts));
      await currentConnection()?.stored;
      currentConnection()?.encryptedFor?.(opts.jid);
      return encrypted;
    },
    injectE2ESession: async (opts) => {
      await resolveLid(stock, opts.jid);
      return steps.take(() => stock.injectE2ESession(opts));
    },
    encryptGroupMessage: async (opts) => {
      const encrypted = await steps.takeTogether(() => stock.encryptGroupMessage(opts));
      await currentConnection()?.stored;
      return encrypted;
    },
    processSenderKeyDistributionMessage: (opts) => steps.take(() => stock.processSenderKeyDistributionMessage(opts)),
    getSenderKeyDistributionMessage: (opts) => steps.take(() => stock.getSenderKeyDistributionMessage(opts)),
    migrateSession: (from, to) => steps.take(() => stock.migrateSession(from, to)),
    deleteSession: (jids) => steps.take(() => stock.deleteSession(jids)),
  } satisfies Partial<SignalRepositoryWithLIDStore>;
}

function decryption(stock: SignalRepositoryWithLIDStore, steps: RatchetTransactions, deps: SignalRepositoryDeps) {
  const once = async (ciphertext: Uint8Array, decrypt: () => Promise<Uint8Array>): Promise<Uint8Array> => {
    const batch = deps.batch.of(ciphertext);
    if (batch) return batch;
    const origin = deps.origins.of(ciphertext);
    if (!origin) return steps.take(decrypt);
    try {
      const { take, entryOf } = decryptionOf(origin, decrypt, deps.auth);
      return await steps.take(take, entryOf);
    } catch (error) {
      if (isKeyUsedUp(error)) deps.unreadable(origin.attrs);
      throw error;
    }
  };
  return {
    decryptMessage: (opts) =>
      whileOurs(deps.auth, async () => {
        await resolveLid(stock, opts.jid);
        return once(opts.ciphertext, () => stock.decryptMessage(opts));
      }),
    decryptGroupMessage: (opts) => whileOurs(deps.auth, () => once(opts.msg, () => stock.decryptGroupMessage(opts))),
  } satisfies Partial<SignalRepositoryWithLIDStore>;
}

/** Decrypts what was not decrypted before; its entry for the journal comes with it. */
function decryptionOf(origin: Origin, decrypt: () => Promise<Uint8Array>, auth: ConnectionAuth): Step<Uint8Array> {
  return {
    take: async () => (await auth.recall(origin)) ?? decrypt(),
    entryOf: (plaintext) => ({ ...origin, plaintext }),
  };
}

/** Who decrypts, and with what. */
interface Decrypting {
  stock: SignalRepositoryWithLIDStore;
  steps: RatchetTransactions;
  deps: SignalRepositoryDeps;
}

async function decryptTogether(letters: readonly Letter[], { stock, steps, deps }: Decrypting): Promise<Uint8Array[]> {
  const { auth, origins } = deps;
  const together: Step<Uint8Array>[] = [];
  for (const letter of letters) {
    const origin = origins.of(letter.ciphertext);
    const decrypt = await decrypter(letter, stock, auth);
    if (!origin || !decrypt) break;
    together.push(decryptionOf(origin, decrypt, auth));
  }
  return steps.takeAll(together);
}

/** As Baileys would decrypt it; `undefined` where it would have to ask WhatsApp under which address it has the session. */
async function decrypter(
  { type, ciphertext, author, chat }: Letter,
  stock: SignalRepositoryWithLIDStore,
  auth: ConnectionAuth,
) {
  if (type === 'skmsg') return () => stock.decryptGroupMessage({ group: chat, authorJid: author, msg: ciphertext });
  if (isLidUser(author) !== true && !(await hasLid(author, auth))) return undefined;
  const jid = await getDecryptionJid(author, stock);
  return () => stock.decryptMessage({ jid, type, ciphertext });
}

async function hasLid(jid: string, { state }: ConnectionAuth): Promise<boolean> {
  const user = jidDecode(jid)?.user ?? '';
  return (await state.keys.get('lid-mapping', [user]))[user] !== undefined;
}

/** Baileys takes this for a message that it had before, and drops it without a word. The journal would know it. */
function isKeyUsedUp(error: unknown): boolean {
  return error instanceof Error && error.message === MISSING_KEYS_ERROR_TEXT;
}

/**
 * The result, as long as the line owns its credentials. When it is over, or its storage failed, there is no right answer:
 * after a good one Baileys confirms the message, after a bad one it asks for it again. So it gets none, ever; the line is
 * closed, and nobody else waits for this.
 */
async function whileOurs<Result>(auth: ConnectionAuth, work: () => Promise<Result>): Promise<Result> {
  const [outcome] = await Promise.allSettled([work()]);
  if (auth.isFenced()) return new Promise(() => undefined);
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

/**
 * Finding the LID of a number may ask WhatsApp and take a minute; done before the lock it holds up nobody,
 * and inside the lock the answer is then known.
 */
async function resolveLid({ lidMapping }: SignalRepositoryWithLIDStore, jid: string): Promise<void> {
  if (isPnUser(jid)) await lidMapping.getLIDForPN(jid);
}
