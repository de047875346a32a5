import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Sqlite from 'better-sqlite3';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { StorageInUseError, StorageKeyError } from '../../../src/storage/shared/errors.ts';
import { sealNextKey } from '../../../src/storage/shared/encryption/master-key.ts';
import { DataKeys } from '../../../src/storage/sqlite/encryption/data-keys.ts';
import { rotateMasterKey } from '../../../src/storage/sqlite/encryption/rotate-master-key.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { MASTER_KEY } from '../../contracts/storage/implementations.ts';
import { ANA, BEA, testFolder } from '../../contracts/storage/support.ts';
import { occurrences, tamper } from '../../harness/sqlite-file.ts';
import { clock, contents, fill, filledFolder } from './filled.ts';

const OTHER_KEY = new Secret('5a'.repeat(32));

describe('a wrong master key, or none,', () => {
  it.each([
    ['a wrong one', OTHER_KEY, 'was encrypted with another master key'],
    ['none', null, 'is encrypted'],
  ])('(%s) aborts the start with a clear message, and changes nothing', async (_, key, message) => {
    const folder = await filledFolder(MASTER_KEY);
    const file = join(folder, 'orchestrator.db');
    await copyFile(file, `${folder}/before`);

    expect(() => openStorage(folder, clock, key)).toThrow(StorageKeyError);
    expect(() => openStorage(folder, clock, key)).toThrow(message);

    expect((await readFile(file)).equals(await readFile(`${folder}/before`))).toBe(true);
    await using storage = openStorage(folder, clock, MASTER_KEY);
    expect((await contents(storage, ANA)).credentials).toContain('canary');
  });
});

describe('a rotation of the master key', () => {
  it('lets the new key open everything, and the old one nothing', async () => {
    const folder = await filledFolder(MASTER_KEY, [ANA, BEA]);
    const stored = await (async () => {
      await using storage = openStorage(folder, clock, MASTER_KEY);
      return await contents(storage, BEA);
    })();

    expect(rotateMasterKey(folder, { from: MASTER_KEY, to: OTHER_KEY })).toBe(3);

    expect(() => openStorage(folder, clock, MASTER_KEY)).toThrow(StorageKeyError);
    await using storage = openStorage(folder, clock, OTHER_KEY);
    expect(await contents(storage, BEA)).toEqual(stored);
  });

  it('changes no encrypted values but the data keys', async () => {
    const folder = await filledFolder(MASTER_KEY);
    const values = () => {
      let all: unknown;
      tamper(
        folder,
        (db) => (all = db.prepare('SELECT value FROM signal_keys UNION SELECT body FROM callbacks').all()),
      );
      return all;
    };
    const before = values();

    rotateMasterKey(folder, { from: MASTER_KEY, to: OTHER_KEY });

    expect(values()).toEqual(before);
  });

  it('is all or nothing', async () => {
    const folder = await filledFolder(MASTER_KEY, [ANA, BEA]);
    tamper(folder, (db) => db.exec(`UPDATE data_keys SET wrapped = zeroblob(60) WHERE session_id = '${BEA}'`));

    expect(() => rotateMasterKey(folder, { from: MASTER_KEY, to: OTHER_KEY })).toThrow();

    await using storage = openStorage(folder, clock, MASTER_KEY);
    expect(await storage.signalKeys.credentials(ANA)).toContain('canary');
  });

  it('leaves no data key in the files that the old key can decrypt, nor one of a removed session', async () => {
    const folder = await filledFolder(MASTER_KEY, []);
    const ids = Array.from({ length: 400 }, (_, at) => `session_${at * 7919}_x` as SessionId);
    const wrapped: string[] = [];
    tamper(folder, (db) => {
      const keys = new DataKeys(db, MASTER_KEY);
      // As in production.
      db.pragma('secure_delete = FAST');
      db.transaction(() => ids.forEach((id) => keys.create(id)))();
      const all = db.prepare('SELECT wrapped FROM data_keys').pluck().all() as Buffer[];
      wrapped.push(...all.map((key) => key.toString('latin1')));
    });
    const found = async () =>
      (await Promise.all(wrapped.map((key) => occurrences(folder, key)))).filter(Boolean).length;
    {
      await using storage = openStorage(folder, clock, MASTER_KEY);
      for (const id of ids.slice(40)) await storage.sessions.remove(id, []);
      await storage.prune(0);
      expect(await found()).toBe(41);
      expect(await storage.masterKey.change(sealNextKey({ from: MASTER_KEY, to: OTHER_KEY }))).toBe(41);
      expect(await found()).toBe(0);
    }
  });

  it('of an open storage accepts a key that was sealed with its own, and nothing else', async () => {
    const folder = await filledFolder(MASTER_KEY);
    const third = new Secret('7c'.repeat(32));
    const before = sealNextKey({ from: MASTER_KEY, to: OTHER_KEY });
    {
      await using storage = openStorage(folder, clock, MASTER_KEY);
      const wrong = { code: 'wrong_master_key' };
      const changed = `${before.startsWith('A') ? 'B' : 'A'}${before.slice(1)}`;
      for (const sealed of [sealNextKey({ from: OTHER_KEY, to: third }), '', before.slice(4), changed]) {
        await expect(storage.masterKey.change(sealed)).rejects.toMatchObject(wrong);
      }
      const stored = await contents(storage, ANA);
      // Includes the data key of what is written in the same turn and not committed yet.
      const [, count] = await Promise.all([
        storage.signalKeys.saveCredentials(BEA, 'of this turn'),
        storage.masterKey.change(before),
      ]);
      expect(count).toBe(3);
      expect(await storage.signalKeys.credentials(BEA)).toBe('of this turn');
      expect(await contents(storage, ANA)).toEqual(stored);
      await fill(storage, BEA);
      await expect(storage.masterKey.change(before)).rejects.toMatchObject(wrong);
      expect(await storage.masterKey.change(sealNextKey({ from: OTHER_KEY, to: third }))).toBe(3);
    }

    expect(() => openStorage(folder, clock, OTHER_KEY)).toThrow(StorageKeyError);
    await using storage = openStorage(folder, clock, third);
    expect((await contents(storage, BEA)).credentials).toContain('canary');
    const plain = openStorage(await testFolder(), clock, null);
    await expect(plain.masterKey.change(before)).rejects.toMatchObject({ code: 'storage_not_encrypted' });
    await plain[Symbol.asyncDispose]();
  });

  it('makes a data key that was restored from before useless, and only that one', async () => {
    const folder = await filledFolder(MASTER_KEY, [ANA, BEA]);
    const wrappedKey = (db: Sqlite.Database) =>
      db.prepare('SELECT wrapped FROM data_keys WHERE session_id = ?').pluck().get(ANA);
    let older: unknown;
    tamper(folder, (db) => (older = wrappedKey(db)));
    rotateMasterKey(folder, { from: MASTER_KEY, to: OTHER_KEY });
    tamper(folder, (db) => db.prepare('UPDATE data_keys SET wrapped = ? WHERE session_id = ?').run(older, ANA));

    await using storage = openStorage(folder, clock, OTHER_KEY);

    expect(await storage.signalKeys.credentials(ANA)).toBeUndefined();
    expect(await storage.signalKeys.credentials(BEA)).toContain('canary');
  });

  it('is refused with a wrong key, and while the server runs', async () => {
    const folder = await filledFolder(MASTER_KEY);
    expect(() => rotateMasterKey(folder, { from: OTHER_KEY, to: MASTER_KEY })).toThrow(StorageKeyError);
    await using running = openStorage(folder, clock, MASTER_KEY);
    expect(() => rotateMasterKey(folder, { from: MASTER_KEY, to: OTHER_KEY })).toThrow(StorageInUseError);
    expect(await running.signalKeys.credentials(ANA)).toContain('canary');
  });
});
