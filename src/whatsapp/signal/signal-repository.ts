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
import type { ConnectionAuth } from './auth-state.ts';
import type { CiphertextOrigins, Origin } from './ciphertext-origins.ts';
import type { BatchDecryption, EncryptedMessage } from './batch-decryption.ts';
import type { Logger } from '../../kit/logger.ts';
import { currentConnection } from '../baileys/connection-context.ts';
import { answerKnownLids } from '../baileys/lid-mappings.ts';
import type { RetryRequests } from './retry-requests.ts';
import { isSigned, keepsSession, type SessionStart } from './session-starts.ts';
import { RatchetTransactions, type Step } from './ratchet-transactions.ts';
import { isSurelyOpen } from './session-states.ts';

type MakeSignalRepository = SocketConfig['makeSignalRepository'];

/** Dependencies of {@link safeSignalRepository}. */
export interface SignalRepositoryDeps {
  auth: ConnectionAuth;
  origins: Pick<CiphertextOrigins, 'of'>;
  /** Waiting messages are decrypted through this repository. */
  batch: BatchDecryption;
  retries: RetryRequests;
  log: Pick<Logger, 'warn'>;
  /** Called with the stanza's attributes when a message is lost to us and Baileys reports nothing. */
  unreadable: (attrs: Record<string, string>) => void;
}

/**
 * Baileys' own Signal repository, made safe in four ways.
 * 1. One lock guards everything that reads and writes a ratchet. Without it, a send holds one transaction for its whole
 *    duration while an incoming message of the same contact runs in another; the later commit undoes a step of the
 *    ratchet, and messages become undecryptable on either side.
 * 2. The plaintext of a message is stored with the ratchet step that used up its key, in one transaction, before
 *    its receipt, or any other frame, leaves for WhatsApp. From then on no crash loses it: the next connection finds it in
 *    the journal. An outgoing message is released only when it is stored, and so is the step that encrypted it.
 * 3. When WhatsApp delivers a ciphertext again whose key is used up, the journal has its plaintext.
 * 4. A new session starts only with keys that the device signed, and only where it is needed ({@link keepsSession}).
 *
 * Messages that wait for their turn are decrypted together, in one transaction.
 */
export function safeSignalRepository(deps: SignalRepositoryDeps): MakeSignalRepository {
  const { auth } = deps;
  return ({ creds }, logger, pnToLid) => {
    const transactions = new RatchetTransactions(auth.state.keys, (changes, decrypted) =>
      auth.commitStep(changes, decrypted),
    );
    const stock = DEFAULT_CONNECTION_CONFIG.makeSignalRepository({ creds, keys: transactions.keys() }, logger, pnToLid);
    answerKnownLids(stock.lidMapping);
    deps.batch.decryptWith((messages) => decryptBatch(messages, { stock, transactions, deps }));
    const starts = {
      injectE2ESession: (start: SessionStart) => startSession(start, { stock, transactions, deps }),
      validateSession: async (jid) =>
        (await hasOpenSession(jid, stock, transactions)) ? { exists: true } : stock.validateSession(jid),
    } satisfies Partial<SignalRepositoryWithLIDStore>;
    return { ...stock, ...lockedMethods(stock, transactions), ...starts, ...decryption(stock, transactions, deps) };
  };
}

/**
 * Starts a session, unless the one that is open stays. A device whose keys are not signed gets none, so nothing is encrypted for
 * it; an error would keep a message from all other devices too.
 */
async function startSession(start: SessionStart, { stock, transactions, deps }: Repository): Promise<void> {
  if (!isSigned(start)) {
    deps.log.warn({ device: start.jid }, 'a device has keys that it did not sign; no session starts with it');
    return;
  }
  await resolveLid(stock, start.jid);
  await transactions.run(async () => {
    const keeps = await keepsSession(start, { stock, keys: transactions.keys(), retries: deps.retries });
    if (!keeps) await stock.injectE2ESession(start);
  });
}

/** Baileys asks before each message, for each device, and would make libsignal's whole session of what is stored. */
async function hasOpenSession(
  jid: string,
  stock: SignalRepositoryWithLIDStore,
  transactions: RatchetTransactions,
): Promise<boolean> {
  const known = isPnUser(jid) ? await stock.lidMapping.getLIDForPN(jid) : isLidUser(jid) && jid;
  if (!known) return false;
  try {
    const address = stock.jidToSignalProtocolAddress(known);
    const { [address]: state } = await transactions.keys().get('session', [address]);
    return isSurelyOpen(state);
  } catch {
    // Such an address has no session, which Baileys finds out as well.
    return false;
  }
}

function lockedMethods(stock: SignalRepositoryWithLIDStore, transactions: RatchetTransactions) {
  return {
    encryptMessage: async (opts) => {
      await resolveLid(stock, opts.jid);
      const encrypted = await transactions.runTogether(() => stock.encryptMessage(opts));
      await currentConnection()?.stored;
      currentConnection()?.encryptedFor?.(opts.jid);
      return encrypted;
    },
    encryptGroupMessage: async (opts) => {
      const encrypted = await transactions.runTogether(() => stock.encryptGroupMessage(opts));
      await currentConnection()?.stored;
      return encrypted;
    },
    processSenderKeyDistributionMessage: (opts) =>
      transactions.run(() => stock.processSenderKeyDistributionMessage(opts)),
    getSenderKeyDistributionMessage: (opts) => transactions.run(() => stock.getSenderKeyDistributionMessage(opts)),
    migrateSession: (from, to) => transactions.run(() => stock.migrateSession(from, to)),
    deleteSession: (jids) => transactions.run(() => stock.deleteSession(jids)),
  } satisfies Partial<SignalRepositoryWithLIDStore>;
}

function decryption(
  stock: SignalRepositoryWithLIDStore,
  transactions: RatchetTransactions,
  deps: SignalRepositoryDeps,
) {
  const once = async (ciphertext: Uint8Array, { type, decrypt }: Decryption): Promise<Uint8Array> => {
    const plaintext = deps.batch.plaintextOf(ciphertext);
    if (plaintext) return plaintext;
    const origin = deps.origins.of(ciphertext);
    if (!origin) return transactions.run(decrypt);
    try {
      const { run, entryOf } = decryptionOf(origin, { type, decrypt }, deps.auth);
      return await transactions.run(run, entryOf);
    } catch (error) {
      if (isKeyUsedUp(error)) deps.unreadable(origin.attrs);
      throw error;
    }
  };
  return {
    decryptMessage: (opts) =>
      unlessFenced(deps.auth, async () => {
        await resolveLid(stock, opts.jid);
        return once(opts.ciphertext, { type: opts.type, decrypt: () => stock.decryptMessage(opts) });
      }),
    decryptGroupMessage: (opts) =>
      unlessFenced(deps.auth, () => once(opts.msg, { type: 'skmsg', decrypt: () => stock.decryptGroupMessage(opts) })),
  } satisfies Partial<SignalRepositoryWithLIDStore>;
}

/** How a ciphertext is decrypted, and its type. */
interface Decryption {
  type: 'pkmsg' | 'msg' | 'skmsg';
  decrypt: () => Promise<Uint8Array>;
}

/** A step that decrypts a message, unless the journal has its plaintext, and puts it into the journal. */
function decryptionOf(origin: Origin, { type, decrypt }: Decryption, auth: ConnectionAuth): Step<Uint8Array> {
  const mayBeKnown = type === 'pkmsg' || origin.attrs.offline !== undefined;
  return {
    run: async () =>
      mayBeKnown ? ((await auth.recall(origin)) ?? decrypt()) : orRecalled(decrypt, () => auth.recall(origin)),
    entryOf: (plaintext) => ({ ...origin, plaintext }),
  };
}

/**
 * Decrypts first what most likely comes for the first time: a message that did not wait for this connection. If it is known all the same,
 * its key is used up, so that the attempt fails and changes nothing. Not so for a message that begins a Signal session: it
 * might begin it anew.
 */
async function orRecalled(
  decrypt: () => Promise<Uint8Array>,
  recall: () => Promise<Uint8Array | undefined>,
): Promise<Uint8Array> {
  try {
    return await decrypt();
  } catch (error) {
    const known = await recall();
    if (known) return known;
    throw error;
  }
}

/** What the methods work with. */
interface Repository {
  stock: SignalRepositoryWithLIDStore;
  transactions: RatchetTransactions;
  deps: SignalRepositoryDeps;
}

async function decryptBatch(
  messages: readonly EncryptedMessage[],
  { stock, transactions, deps }: Repository,
): Promise<Uint8Array[]> {
  const { auth, origins } = deps;
  const steps: Step<Uint8Array>[] = [];
  for (const message of messages) {
    const origin = origins.of(message.ciphertext);
    const decrypt = await decrypter(message, stock, auth);
    if (!origin || !decrypt) break;
    steps.push(decryptionOf(origin, { type: message.type, decrypt }, auth));
  }
  return transactions.runAll(steps);
}

/**
 * Decrypts as Baileys would; `undefined` where Baileys would have to ask WhatsApp under which address it has the
 * session.
 */
async function decrypter(
  { type, ciphertext, sender, chat }: EncryptedMessage,
  stock: SignalRepositoryWithLIDStore,
  auth: ConnectionAuth,
) {
  if (type === 'skmsg') return () => stock.decryptGroupMessage({ group: chat, authorJid: sender, msg: ciphertext });
  if (isLidUser(sender) !== true && !(await hasLid(sender, auth))) return undefined;
  const jid = await getDecryptionJid(sender, stock);
  return () => stock.decryptMessage({ jid, type, ciphertext });
}

async function hasLid(jid: string, { state }: ConnectionAuth): Promise<boolean> {
  const user = jidDecode(jid)?.user ?? '';
  return (await state.keys.get('lid-mapping', [user]))[user] !== undefined;
}

/** Baileys takes this error for a duplicate, and drops the message silently. A duplicate would be in the journal. */
function isKeyUsedUp(error: unknown): boolean {
  return error instanceof Error && error.message === MISSING_KEYS_ERROR_TEXT;
}

/**
 * Returns the result as long as the connection owns its credentials. When the connection is over, or its storage
 * failed, no outcome is right: after a success Baileys acknowledges the message, after a failure it requests it again.
 * So the promise never settles; the connection is being closed, and nobody else waits for this.
 */
async function unlessFenced<Result>(auth: ConnectionAuth, work: () => Promise<Result>): Promise<Result> {
  const [outcome] = await Promise.allSettled([work()]);
  if (auth.isFenced()) return new Promise(() => undefined);
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

/**
 * Finding the LID of a number may ask WhatsApp and take a minute. Done before the lock is taken, it holds up nobody,
 * and inside the lock the answer is known.
 */
async function resolveLid({ lidMapping }: SignalRepositoryWithLIDStore, jid: string): Promise<void> {
  if (isPnUser(jid)) await lidMapping.getLIDForPN(jid);
}
