import { generateSignalPubKey, type SignalRepositoryWithLIDStore } from '@whiskeysockets/baileys';
import { pino } from 'pino';
import { silenceLibsignal } from '../../../src/whatsapp/baileys/quiet-libsignal.ts';
import { tryWithoutTrace } from '../../../src/whatsapp/baileys/session-trials.ts';
import { loadAuth } from '../../../src/whatsapp/signal/auth-state.ts';
import { BatchDecryption } from '../../../src/whatsapp/signal/batch-decryption.ts';
import { CiphertextOrigins } from '../../../src/whatsapp/signal/ciphertext-origins.ts';
import { safeSignalRepository } from '../../../src/whatsapp/signal/signal-repository.ts';
import { ANA, BEA, startStorage, type TestStorage } from '../../contracts/storage/support.ts';

silenceLibsignal();
tryWithoutTrace();

type Bundle = Parameters<SignalRepositoryWithLIDStore['injectE2ESession']>[0]['session'];
type Sealed = Awaited<ReturnType<SignalRepositoryWithLIDStore['encryptMessage']>>;

/** A device whose Signal sessions are kept by our repository, over a real storage. */
class Device {
  readonly #jid: string;
  readonly #repository: SignalRepositoryWithLIDStore;
  readonly #bundle: Bundle;

  private constructor(jid: string, repository: SignalRepositoryWithLIDStore, bundle: Bundle) {
    this.#jid = jid;
    this.#repository = repository;
    this.#bundle = bundle;
  }

  static async start({ storage }: TestStorage, owner: typeof ANA, jid: string): Promise<Device> {
    const auth = await loadAuth({ keys: storage.signalKeys, journal: storage.journal }, owner, {
      storageFailed: () => undefined,
      learned: () => undefined,
    });
    const deps = { auth, origins: new CiphertextOrigins(), batch: new BatchDecryption(), unreadable: () => undefined };
    const { creds } = auth.state;
    const repository = safeSignalRepository(deps)(auth.state as never, pino({ level: 'silent' }));
    return new Device(jid, repository, {
      registrationId: creds.registrationId,
      identityKey: generateSignalPubKey(creds.signedIdentityKey.public),
      signedPreKey: {
        keyId: creds.signedPreKey.keyId,
        publicKey: generateSignalPubKey(creds.signedPreKey.keyPair.public),
        signature: creds.signedPreKey.signature,
      },
    } as Bundle);
  }

  /** Starts a new session, as after a retry receipt. */
  begin(other: Device): Promise<void> {
    return this.#repository.injectE2ESession({ jid: other.#jid, session: other.#bundle });
  }

  seal(other: Device, text: string): Promise<Sealed> {
    return this.#repository.encryptMessage({ jid: other.#jid, data: Buffer.from(text) });
  }

  async open(other: Device, { type, ciphertext }: Sealed): Promise<string> {
    const opened = await this.#repository.decryptMessage({
      jid: other.#jid,
      type,
      ciphertext: Buffer.from(ciphertext),
    });
    return Buffer.from(opened).toString();
  }
}

/** Two devices with a session in which both have written. */
async function startTwo(db: TestStorage): Promise<{ shop: Device; ana: Device }> {
  const shop = await Device.start(db, ANA, '111@lid');
  const ana = await Device.start(db, BEA, '222@lid');
  await ana.begin(shop);
  expect(await shop.open(ana, await ana.seal(shop, 'hola'))).toBe('hola');
  expect(await ana.open(shop, await shop.seal(ana, 'buenas'))).toBe('buenas');
  return { shop, ana };
}

describe('a message that was on its way when a new session began', () => {
  it('is read, and so is everything that is sent in the new session after it', async () => {
    await using db = await startStorage();
    const { shop, ana } = await startTwo(db);
    const late = [await ana.seal(shop, 'one'), await ana.seal(shop, 'two')];
    await shop.begin(ana);
    const before = await shop.seal(ana, 'before');

    for (const [at, each] of late.entries()) expect(await shop.open(ana, each)).toBe(['one', 'two'][at]);

    const after = [await shop.seal(ana, 'after 1'), await shop.seal(ana, 'after 2')];
    expect(await ana.open(shop, before)).toBe('before');
    for (const [at, each] of after.entries()) expect(await ana.open(shop, each)).toBe(`after ${at + 1}`);
    expect(await shop.open(ana, await ana.seal(shop, 'answer'))).toBe('answer');
  });

  it('changes nothing when it was altered on its way', async () => {
    await using db = await startStorage();
    const { shop, ana } = await startTwo(db);
    const late = await ana.seal(shop, 'late');
    await shop.begin(ana);
    const altered = {
      ...late,
      ciphertext: late.ciphertext.map((byte, at) => (at === late.ciphertext.length - 1 ? byte ^ 1 : byte)),
    };

    await expect(shop.open(ana, altered)).rejects.toThrow('No matching sessions');

    expect(await shop.open(ana, late)).toBe('late');
    expect(await ana.open(shop, await shop.seal(ana, 'new'))).toBe('new');
  });

  it('does no harm when both sides begin a session at the same time', async () => {
    await using db = await startStorage();
    const { shop, ana } = await startTwo(db);
    await shop.begin(ana);
    await ana.begin(shop);
    const crossing = [await shop.seal(ana, 'one'), await ana.seal(shop, 'two')] as const;

    expect([await ana.open(shop, crossing[0]), await shop.open(ana, crossing[1])]).toEqual(['one', 'two']);

    for (const text of ['three', 'four', 'five']) {
      const [there, back] = [await shop.seal(ana, text), await ana.seal(shop, text)];
      expect([await ana.open(shop, there), await shop.open(ana, back)]).toEqual([text, text]);
    }
  });
});
