import {
  DEFAULT_CONNECTION_CONFIG,
  isPnUser,
  type SignalKeyStore,
  type SignalKeyStoreWithTransaction,
  type SignalRepositoryWithLIDStore,
  type SocketConfig,
} from '@whiskeysockets/baileys';
import { SerialQueue } from '../kit/serial-queue.ts';

type MakeSignalRepository = SocketConfig['makeSignalRepository'];

/**
 * Baileys' own Signal repository with one lock around everything that reads and writes a ratchet, over keys
 * that are written through. Stock, a send holds one transaction for its whole duration while an incoming message
 * of the same contact runs in another; the later commit undoes a step of the ratchet, and messages become
 * undecryptable on either side. With the lock, and without nested transactions, the steps come one by one.
 */
export function lockedSignalRepository(keys: SignalKeyStore): MakeSignalRepository {
  return (auth, logger, pnToLid) => {
    const repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(
      { creds: auth.creds, keys: writeThrough(keys) },
      logger,
      pnToLid,
    );
    return lockRatchets(repository);
  };
}

/** Keys whose transactions are no more than their steps: each `set` is durable by itself. */
function writeThrough(keys: SignalKeyStore): SignalKeyStoreWithTransaction {
  return {
    get: (type, ids) => keys.get(type, ids),
    set: (data) => keys.set(data),
    transaction: (work) => work(),
    isInTransaction: () => false,
  };
}

function lockRatchets(repository: SignalRepositoryWithLIDStore): SignalRepositoryWithLIDStore {
  const ratchets = new SerialQueue();
  const alone = <Result>(step: () => Promise<Result>) => ratchets.run(step);
  const aloneFor = async <Result>(jid: string, step: () => Promise<Result>) => {
    await resolveLid(repository, jid);
    return ratchets.run(step);
  };
  return {
    ...repository,
    encryptMessage: (opts) => aloneFor(opts.jid, () => repository.encryptMessage(opts)),
    decryptMessage: (opts) => aloneFor(opts.jid, () => repository.decryptMessage(opts)),
    injectE2ESession: (opts) => aloneFor(opts.jid, () => repository.injectE2ESession(opts)),
    encryptGroupMessage: (opts) => alone(() => repository.encryptGroupMessage(opts)),
    decryptGroupMessage: (opts) => alone(() => repository.decryptGroupMessage(opts)),
    processSenderKeyDistributionMessage: (opts) => alone(() => repository.processSenderKeyDistributionMessage(opts)),
    getSenderKeyDistributionMessage: (opts) => alone(() => repository.getSenderKeyDistributionMessage(opts)),
    migrateSession: (from, to) => alone(() => repository.migrateSession(from, to)),
    deleteSession: (jids) => alone(() => repository.deleteSession(jids)),
  };
}

/**
 * Finding the LID of a number may ask WhatsApp and take a minute; done before the lock it holds up nobody,
 * and inside the lock the answer is then known.
 */
async function resolveLid(repository: SignalRepositoryWithLIDStore, jid: string): Promise<void> {
  if (isPnUser(jid)) await repository.lidMapping.getLIDForPN(jid);
}
