import { createHash } from 'node:crypto';
import { generateSignalPubKey, type SignalRepositoryWithLIDStore } from '@whiskeysockets/baileys';
import { silentLogger } from '../../../src/kit/logger.ts';
import { loadAuth } from '../../../src/whatsapp/signal/auth-state.ts';
import { BatchDecryption } from '../../../src/whatsapp/signal/batch-decryption.ts';
import type { Origin } from '../../../src/whatsapp/signal/ciphertext-origins.ts';
import { messageKeyOf } from '../../../src/whatsapp/signal/message-key.ts';
import { RetryRequests } from '../../../src/whatsapp/signal/retry-requests.ts';
import { safeSignalRepository } from '../../../src/whatsapp/signal/signal-repository.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { ANA, BEA, startStorage, type TestStorage } from '../../contracts/storage/support.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const CARLA = 'session_3_carla' as SessionId;

type Bundle = Parameters<SignalRepositoryWithLIDStore['injectE2ESession']>[0]['session'];
type Sealed = Awaited<ReturnType<SignalRepositoryWithLIDStore['encryptMessage']>>;

/** A device whose Signal sessions are kept by our repository, over a real storage. */
interface Device {
  jid: string;
  repository: SignalRepositoryWithLIDStore;
  retries: RetryRequests;
  /** Where the ciphertexts came from of which it was noted. */
  noted: Map<Uint8Array, Origin>;
  /** The keys that others start a session with. */
  bundle: Bundle;
}

async function startDevice({ storage }: TestStorage, owner: typeof ANA, jid: string): Promise<Device> {
  const auth = await loadAuth({ keys: storage.signalKeys, journal: storage.journal }, owner, {
    storageFailed: () => undefined,
    learned: () => undefined,
  });
  const [noted, batch, retries] = [
    new Map<Uint8Array, Origin>(),
    new BatchDecryption(),
    new RetryRequests(new ManualClock()),
  ];
  const origins = { of: (ciphertext: Uint8Array) => noted.get(ciphertext) };
  const deps = { auth, origins, batch, retries, log: silentLogger, unreadable: () => undefined };
  const { signedIdentityKey, signedPreKey, registrationId } = auth.state.creds;
  const bundle = {
    registrationId,
    identityKey: generateSignalPubKey(signedIdentityKey.public),
    signedPreKey: {
      keyId: signedPreKey.keyId,
      publicKey: generateSignalPubKey(signedPreKey.keyPair.public),
      signature: signedPreKey.signature,
    },
  } as Bundle;
  const repository = safeSignalRepository(deps)(auth.state, silentLogger);
  return { jid, repository, retries, noted, bundle };
}

/** Baileys fetched the keys of the other device, and starts a session. */
function begin({ repository }: Device, { jid, bundle }: Device, changes: Partial<Bundle> = {}): Promise<void> {
  return repository.injectE2ESession({ jid, session: { ...bundle, ...changes } });
}

/** The other device could not read something, and Baileys starts a session again. */
async function beginAnew(device: Device, other: Device): Promise<void> {
  device.retries.note({ tag: 'receipt', attrs: { type: 'retry', from: other.jid } });
  await begin(device, other);
}

function seal({ repository }: Device, { jid }: Device, text: string): Promise<Sealed> {
  return repository.encryptMessage({ jid, data: Buffer.from(text) });
}

async function open({ repository }: Device, { jid }: Device, { type, ciphertext }: Sealed): Promise<string> {
  const opened = await repository.decryptMessage({ jid, type, ciphertext: Buffer.from(ciphertext) });
  return Buffer.from(opened).toString();
}

/** WhatsApp delivers the message to the device, which asks the journal for it if it cannot be new. */
async function deliver(
  { repository, noted }: Device,
  { jid }: Device,
  { type, ciphertext, attrs }: Sealed & { attrs: Record<string, string> },
): Promise<string> {
  const bytes = Buffer.from(ciphertext);
  const ciphertextHash = createHash('sha256').update(bytes).digest();
  const messageKey = messageKeyOf({ remoteJid: jid, id: attrs.id ?? null });
  noted.set(bytes, { ciphertextHash, messageKey, delivery: ciphertextHash.toString('hex'), parts: 1, attrs });
  return Buffer.from(await repository.decryptMessage({ jid, type, ciphertext: bytes })).toString();
}

/** Two devices with a session in which both have written. */
async function startTwo(db: TestStorage): Promise<{ shop: Device; ana: Device }> {
  const shop = await startDevice(db, ANA, '111@lid');
  const ana = await startDevice(db, BEA, '222@lid');
  await begin(ana, shop);
  expect(await open(shop, ana, await seal(ana, shop, 'hola'))).toBe('hola');
  expect(await open(ana, shop, await seal(shop, ana, 'buenas'))).toBe('buenas');
  return { shop, ana };
}

describe('a message that was on its way when a new session began', () => {
  it('is read, and so is everything that is sent in the new session after it', async () => {
    await using db = await startStorage();
    const { shop, ana } = await startTwo(db);
    const late = [await seal(ana, shop, 'one'), await seal(ana, shop, 'two')];
    await beginAnew(shop, ana);
    const before = await seal(shop, ana, 'before');

    for (const [at, each] of late.entries()) expect(await open(shop, ana, each)).toBe(['one', 'two'][at]);

    const after = [await seal(shop, ana, 'after 1'), await seal(shop, ana, 'after 2')];
    expect(await open(ana, shop, before)).toBe('before');
    for (const [at, each] of after.entries()) expect(await open(ana, shop, each)).toBe(`after ${at + 1}`);
    expect(await open(shop, ana, await seal(ana, shop, 'answer'))).toBe('answer');
  });

  it('changes nothing when it was altered on its way', async () => {
    await using db = await startStorage();
    const { shop, ana } = await startTwo(db);
    const late = await seal(ana, shop, 'late');
    await beginAnew(shop, ana);
    const altered = {
      ...late,
      ciphertext: late.ciphertext.map((byte, at) => (at === late.ciphertext.length - 1 ? byte ^ 1 : byte)),
    };

    await expect(open(shop, ana, altered)).rejects.toThrow('No matching sessions');

    expect(await open(shop, ana, late)).toBe('late');
    expect(await open(ana, shop, await seal(shop, ana, 'new'))).toBe('new');
  });

  it('does no harm when both sides begin a session at the same time', async () => {
    await using db = await startStorage();
    const { shop, ana } = await startTwo(db);
    await beginAnew(shop, ana);
    await beginAnew(ana, shop);
    const crossing = [await seal(shop, ana, 'one'), await seal(ana, shop, 'two')] as const;

    expect([await open(ana, shop, crossing[0]), await open(shop, ana, crossing[1])]).toEqual(['one', 'two']);

    for (const text of ['three', 'four', 'five']) {
      const [there, back] = [await seal(shop, ana, text), await seal(ana, shop, text)];
      expect([await open(ana, shop, there), await open(shop, ana, back)]).toEqual([text, text]);
    }
  });
});

describe('a session that is open', () => {
  it.each(['222@lid', '222:3@lid', '5491122334455@s.whatsapp.net', '5491122334455:3@s.whatsapp.net', '222@hosted.lid'])(
    'is known to exist, and none else: %s',
    async (jid) => {
      await using db = await startStorage();
      const shop = await startDevice(db, ANA, '111@lid');
      const ana = await startDevice(db, BEA, jid);
      await shop.repository.lidMapping.storeLIDPNMappings([{ lid: '222@lid', pn: '5491122334455@s.whatsapp.net' }]);
      const exists = async (at = jid) => (await shop.repository.validateSession(at)).exists;
      expect(await exists()).toBe(false);

      await begin(shop, ana);
      expect(await exists()).toBe(true);
      await seal(shop, ana, 'hola');
      expect(await exists()).toBe(true);
      for (const other of ['333@lid', '@lid', '222:99@lid', '', 'x']) expect(await exists(other)).toBe(false);

      await shop.repository.deleteSession(['222@lid', '222:3@lid', '222@hosted.lid']);
      expect(await exists()).toBe(false);
    },
  );

  it('stays when Baileys begins another with the same device', async () => {
    await using db = await startStorage();
    const { shop, ana } = await startTwo(db);

    await begin(shop, ana);

    expect(await seal(shop, ana, 'next')).toMatchObject({ type: 'msg' });
  });

  it.each([
    ['has a new identity', (other: Device) => ({ ...other.bundle })],
    [
      'was installed anew',
      ({ bundle }: Device, own: Device) => ({ ...own.bundle, registrationId: bundle.registrationId }),
    ],
  ])('makes room for a new one when the device %s', async (_, bundleOf) => {
    await using db = await startStorage();
    const { shop, ana } = await startTwo(db);
    const other = await startDevice(db, CARLA, ana.jid);

    await begin(shop, ana, bundleOf(other, ana));

    expect(await seal(shop, ana, 'next')).toMatchObject({ type: 'pkmsg' });
  });

  it('makes room for one new one when the device asks for it', async () => {
    await using db = await startStorage();
    const { shop, ana } = await startTwo(db);
    const baseKey = async () => (await shop.repository.getSessionInfo(ana.jid))?.baseKey;
    const first = await baseKey();

    await beginAnew(shop, ana);
    const second = await baseKey();
    await begin(shop, ana);

    expect(second).not.toEqual(first);
    expect(await baseKey()).toEqual(second);
  });

  it.each([
    ['its number', '5491122334455:3@s.whatsapp.net', '222:3@lid'],
    ['its LID', '222:3@lid', '5491122334455:3@s.whatsapp.net'],
  ])('makes room when the device asks under %s and is known under the other one', async (_, asks, begins) => {
    await using db = await startStorage();
    const shop = await startDevice(db, ANA, '111@lid');
    const ana = await startDevice(db, BEA, begins);
    await shop.repository.lidMapping.storeLIDPNMappings([{ lid: '222@lid', pn: '5491122334455@s.whatsapp.net' }]);
    await begin(shop, ana);
    const first = await shop.repository.getSessionInfo(ana.jid);
    shop.retries.note({ tag: 'receipt', attrs: { type: 'retry', from: 'g@g.us', participant: asks } });

    await begin(shop, ana);

    expect((await shop.repository.getSessionInfo(ana.jid))?.baseKey).not.toEqual(first?.baseKey);
  });
});

describe('keys that a device did not sign', () => {
  const wrong = (ana: Device, changes: object) => ({ signedPreKey: { ...ana.bundle.signedPreKey, ...changes } });

  it.each([
    ['by another identity', (_: Device, other: Device) => ({ signedPreKey: other.bundle.signedPreKey })],
    ['of another key', (ana: Device, other: Device) => wrong(ana, { publicKey: other.bundle.signedPreKey.publicKey })],
    ['of 64 zeros', (ana: Device) => wrong(ana, { signature: Buffer.alloc(64) })],
    ['of no length', (ana: Device) => wrong(ana, { signature: Buffer.alloc(0) })],
    ['that is missing', (ana: Device) => wrong(ana, { signature: undefined })],
    ['without a key', () => ({ signedPreKey: undefined as never })],
  ])('start no session, whether there is one or not: a signature %s', async (_, changesOf) => {
    await using db = await startStorage();
    const { shop, ana } = await startTwo(db);
    const stranger = await startDevice(db, CARLA, '333@lid');

    await begin(shop, stranger, changesOf(stranger, ana));
    await begin(shop, { ...stranger, jid: ana.jid }, changesOf(stranger, ana));

    await expect(seal(shop, stranger, 'secret')).rejects.toThrow('No sessions');
    expect(await open(ana, shop, await seal(shop, ana, 'next'))).toBe('next');
  });
});

describe('a message that WhatsApp delivers again', () => {
  it.each([
    ['on the same connection', { id: 'A1' }],
    ['after it has waited', { id: 'A1', offline: '0' }],
  ])('%s, is answered from the journal, and changes nothing', async (_, attrs) => {
    await using db = await startStorage();
    const { shop, ana } = await startTwo(db);
    const sent = await seal(ana, shop, 'once');
    expect(await deliver(shop, ana, { ...sent, attrs: { id: 'A1' } })).toBe('once');

    expect(await deliver(shop, ana, { ...sent, attrs })).toBe('once');

    expect(await open(shop, ana, await seal(ana, shop, 'next'))).toBe('next');
    expect(await open(ana, shop, await seal(shop, ana, 'answer'))).toBe('answer');
  });

  it('begins no session anew when it was the first of one', async () => {
    await using db = await startStorage();
    const shop = await startDevice(db, ANA, '111@lid');
    const ana = await startDevice(db, BEA, '222@lid');
    await begin(ana, shop);
    const first = { ...(await seal(ana, shop, 'first')), attrs: { id: 'A1' } };
    expect(first.type).toBe('pkmsg');
    expect(await deliver(shop, ana, first)).toBe('first');
    expect(await open(ana, shop, await seal(shop, ana, 'answer'))).toBe('answer');

    expect(await deliver(shop, ana, first)).toBe('first');

    expect(await open(shop, ana, await seal(ana, shop, 'next'))).toBe('next');
  });

  it('under an id of another message is not answered', async () => {
    await using db = await startStorage();
    const { shop, ana } = await startTwo(db);
    const sent = await seal(ana, shop, 'once');
    await deliver(shop, ana, { ...sent, attrs: { id: 'A1' } });

    await expect(deliver(shop, ana, { ...sent, attrs: { id: 'A2' } })).rejects.toThrow('No matching sessions');
  });
});
