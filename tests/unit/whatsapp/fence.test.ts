import { type AuthenticationState, initAuthCreds } from '@whiskeysockets/baileys';
import { type ConnectionAuth, ConnectionEndedError, loadAuth } from '../../../src/whatsapp/signal/auth-state.ts';
import { encode } from '../../../src/whatsapp/signal/key-codec.ts';
import { ANA, startStorage, type TestStorage } from '../../contracts/storage/support.ts';

const BYTES = Uint8Array.of(1, 2, 3);

/** The auth state of a connection whose device is linked, or with `linked: false` is not yet. */
async function load({ storage }: TestStorage, { linked = true } = {}): Promise<ConnectionAuth> {
  const auth = await loadAuth({ keys: storage.signalKeys, journal: storage.journal }, ANA, {
    storageFailed: (error) => {
      throw error;
    },
    learned: () => undefined,
  });
  if (linked) Object.assign(auth.state.creds, { me: { id: '5491234567890:1@s.whatsapp.net' }, account: {} });
  return auth;
}

/** Everything that is stored of the session's credentials and keys. */
async function stored({ storage }: TestStorage): Promise<unknown> {
  const sessions = await storage.signalKeys.get(ANA, 'session', ['x.0']);
  return { credentials: await storage.signalKeys.credentials(ANA), sessions: [...sessions] };
}

/** Each way in which a socket writes to its session. */
const WRITES: [string, (auth: ConnectionAuth) => Promise<unknown>][] = [
  ['the credentials', (auth) => auth.saveCredentials()],
  ['a key', (auth) => set(auth.state, BYTES)],
  ['the removal of a key', (auth) => set(auth.state, null)],
  ['a ratchet step', (auth) => auth.commitStep({ session: { 'x.0': BYTES } }, [])],
];

async function set({ keys }: AuthenticationState, value: Uint8Array | null): Promise<void> {
  await keys.set({ session: { 'x.0': value } });
}

describe('an old socket', () => {
  it.each(WRITES)('writes nothing after its connection is over, though it may still read: %s', async (_, write) => {
    await using db = await startStorage();
    await set((await load(db)).state, Uint8Array.of(9));
    await db.storage.signalKeys.saveCredentials(ANA, encode(initAuthCreds()));
    const old = await load(db);
    const before = await stored(db);

    old.fence();
    old.state.creds.nextPreKeyId += 1;
    await write(old).catch((error: unknown) => expect(error).toBeInstanceOf(ConnectionEndedError));

    expect(await stored(db)).toEqual(before);
  });

  it.each(WRITES)('restores nothing of a session that was deleted: %s', async (_, write) => {
    await using db = await startStorage();
    const old = await load(db);
    await old.saveCredentials();
    await set(old.state, BYTES);

    old.fence();
    await db.storage.signalKeys.forget(ANA);
    await write(old).catch((error: unknown) => expect(error).toBeInstanceOf(ConnectionEndedError));

    expect(await stored(db)).toEqual({ credentials: undefined, sessions: [] });
  });

  it.each(WRITES.filter(([what]) => !what.startsWith('the removal')))(
    'writes while its connection lives: %s',
    async (_, write) => {
      await using db = await startStorage();
      const auth = await load(db);

      await write(auth);

      expect(await stored(db)).not.toEqual({ credentials: undefined, sessions: [] });
    },
  );
});

it('a connection whose device is not linked stores no credentials, even when it already knows a number', async () => {
  await using db = await startStorage();
  const auth = await load(db, { linked: false });

  auth.state.creds.me = { id: '5491234567890@s.whatsapp.net' };
  await auth.saveCredentials();

  expect(await stored(db)).toEqual({ credentials: undefined, sessions: [] });
});

describe('credentials that Baileys says have changed', () => {
  it('are stored only if they have', async () => {
    await using db = await startStorage();
    const first = await load(db);
    await first.saveCredentials();
    const auth = await load(db);
    const other = encode({ of: 'somebody who wrote in between' });

    await db.storage.signalKeys.saveCredentials(ANA, other);
    await auth.saveCredentials();
    expect(await db.storage.signalKeys.credentials(ANA)).toBe(other);

    auth.state.creds.nextPreKeyId += 1;
    await auth.saveCredentials();
    expect(await db.storage.signalKeys.credentials(ANA)).toBe(encode(auth.state.creds));

    auth.state.creds.nextPreKeyId -= 1;
    await auth.saveCredentials();
    expect(await db.storage.signalKeys.credentials(ANA)).toBe(encode(auth.state.creds));
  });

  it('are stored by the next attempt when one has failed', async () => {
    await using db = await startStorage();
    const { signalKeys, journal } = db.storage;
    let isBroken = true;
    const keys = Object.assign(Object.create(signalKeys) as typeof signalKeys, {
      saveCredentials: (...what: Parameters<typeof signalKeys.saveCredentials>) =>
        isBroken ? Promise.reject(new Error('the disk is full')) : signalKeys.saveCredentials(...what),
      credentials: () => signalKeys.credentials(ANA),
    });
    const auth = await loadAuth({ keys, journal }, ANA, { storageFailed: () => undefined, learned: () => undefined });
    Object.assign(auth.state.creds, { me: { id: '5491234567890:1@s.whatsapp.net' }, account: {} });

    await expect(auth.saveCredentials()).rejects.toThrow('the disk is full');
    isBroken = false;
    await auth.saveCredentials();

    expect(await signalKeys.credentials(ANA)).toBe(encode(auth.state.creds));
  });
});
