import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from '../../../src/ports/storage.ts';
import { bodyWithoutKind, callbackBody, credentialsOf } from '../../../src/storage/shared/encryption/cell-address.ts';
import { SealBrokenError, StorageKeyError, StorageUnreadableError } from '../../../src/storage/shared/errors.ts';
import { DataKeys } from '../../../src/storage/sqlite/encryption/data-keys.ts';
import { SealingVault } from '../../../src/storage/sqlite/encryption/sealing-vault.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { MASTER_KEY } from '../../contracts/storage/implementations.ts';
import { ANA, BEA, testFolder } from '../../contracts/storage/support.ts';
import { occurrences, tamper } from '../../harness/sqlite-file.ts';
import { clock, contents, fill, filledFolder, UNDO_17_TO_21 } from './filled.ts';

const ADOPT = { adoptPlaintext: true };

/** What is read in place of a value that nobody but us could have written. */
function isNothing(found: unknown): boolean {
  return found === undefined || found === null || (found instanceof Map ? found.size === 0 : isEmpty(found));
}

const isEmpty = (found: unknown) => Array.isArray(found) && found.length === 0;

describe('with a master key', () => {
  it('the files contain no word of what is stored, not even while they are written', async () => {
    const folder = await testFolder();
    await using storage = openStorage(folder, clock, MASTER_KEY);
    await fill(storage, ANA);

    expect(await readdir(folder)).toContain('orchestrator.db-wal');
    expect(await occurrences(folder, ANA)).toBeGreaterThan(0);
    expect(await occurrences(folder, 'canary')).toBe(0);
    expect((await contents(storage, ANA)).credentials).toContain('canary');
  });

  it('the first start encrypts what was stored before, without leaving a trace', async () => {
    const folder = await filledFolder(null, [ANA, BEA]);
    await using before = openStorage(folder, clock, null);
    const stored = await contents(before, ANA);
    await before[Symbol.asyncDispose]();
    expect(await occurrences(folder, 'canary')).toBeGreaterThan(9);

    await using after = openStorage(folder, clock, MASTER_KEY, ADOPT);

    expect(await occurrences(folder, 'canary')).toBe(0);
    expect(await contents(after, ANA)).toEqual(stored);
    expect((await contents(after, BEA)).sent).toEqual(stored.sent);
  });

  it('the first start encrypts tables of more than one page completely', async () => {
    const folder = await testFolder();
    const ids = Array.from({ length: 1_201 }, (_, at) => `${at}`);
    {
      await using plain = openStorage(folder, clock, null);
      const changes = ids.map((id) => ({ type: 'pre-key', id, value: `"canary-${id}"` }));
      await plain.signalKeys.set(ANA, changes);
    }

    await using storage = openStorage(folder, clock, MASTER_KEY, ADOPT);

    expect([...(await storage.signalKeys.get(ANA, 'pre-key', ids)).values()]).toEqual(
      ids.map((id) => `"canary-${id}"`),
    );
    expect(await occurrences(folder, 'canary')).toBe(0);
  });

  it('a database with plaintext is refused and left as it is, unless it is said that it is to be encrypted', async () => {
    const folder = await filledFolder(null);
    const before = await readFile(join(folder, 'orchestrator.db'));

    expect(() => openStorage(folder, clock, MASTER_KEY)).toThrow('ENCRYPT_EXISTING_STORAGE=true');
    expect(() => openStorage(folder, clock, MASTER_KEY)).toThrow(StorageUnreadableError);

    expect((await readFile(join(folder, 'orchestrator.db'))).equals(before)).toBe(true);
    // One without content is nobody's.
    const empty = await filledFolder(null, []);
    await openStorage(empty, clock, MASTER_KEY)[Symbol.asyncDispose]();
  });

  it('an interrupted encryption is begun again', async () => {
    const folder = await filledFolder(null);
    tamper(folder, (db) =>
      db.exec("CREATE TRIGGER stop BEFORE UPDATE ON media_files BEGIN SELECT RAISE(ABORT, 'x'); END"),
    );
    expect(() => openStorage(folder, clock, MASTER_KEY, ADOPT)).toThrow('x');
    tamper(folder, (db) => db.exec('DROP TRIGGER stop'));

    await using storage = openStorage(folder, clock, MASTER_KEY, ADOPT);

    expect((await contents(storage, ANA)).credentials).toContain('canary');
    expect(await occurrences(folder, 'canary')).toBe(0);
  });

  it.each<[string, string, (storage: Storage) => Promise<unknown>]>([
    [
      'credentials',
      'UPDATE credentials SET value = (SELECT value FROM credentials AS it WHERE it.session_id = @from)',
      (it) => it.signalKeys.credentials(BEA),
    ],
    [
      'a Signal key',
      'UPDATE signal_keys SET value = (SELECT value FROM signal_keys AS it WHERE it.session_id = @from)',
      (it) => it.signalKeys.get(BEA, 'session', ['1']),
    ],
    [
      'a sent message',
      'UPDATE sent_messages SET content = (SELECT content FROM sent_messages AS it WHERE it.session_id = @from)',
      async (it) => (await it.sentMessages.find(BEA, 'M1'))?.content,
    ],
    [
      'a journal entry',
      'UPDATE journal SET plaintext = (SELECT plaintext FROM journal AS it WHERE it.session_id = @from)',
      (it) => it.journal.withId(BEA, 'M2'),
    ],
    [
      'a callback',
      'UPDATE callbacks SET body = (SELECT body FROM callbacks AS it WHERE it.session_id = @from)',
      (it) => it.callbacks.next(BEA),
    ],
    [
      'a vote in a poll',
      'UPDATE poll_votes SET options = (SELECT options FROM poll_votes AS it WHERE it.session_id = @from)',
      (it) => it.pollVotes.of(BEA, 'P'),
    ],
    [
      'a scheduled message',
      'UPDATE scheduled_messages SET body = (SELECT body FROM scheduled_messages AS it WHERE it.session_id = @from)',
      (it) => it.scheduledMessages.find(BEA, 'M3'),
    ],
    [
      'the timer of a chat',
      'UPDATE chat_timers SET timer = (SELECT timer FROM chat_timers AS it WHERE it.session_id = @from)',
      (it) => it.chatTimers.of(BEA, ['1@lid']),
    ],
    [
      'the name of a file',
      'UPDATE media_files SET file_name = (SELECT file_name FROM media_files AS it WHERE it.session_id = @from)',
      async (it) => (await it.mediaIndex.find({ sessionId: BEA, messageId: 'M2' }))?.fileName,
    ],
    [
      'a data key',
      'UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys AS it WHERE it.session_id = @from)',
      (it) => it.signalKeys.credentials(BEA),
    ],
  ])('%s cannot be decrypted in the row of another session', async (_, sql, read) => {
    const folder = await filledFolder(MASTER_KEY, [ANA, BEA]);
    tamper(folder, (db) => db.prepare(`${sql} WHERE session_id = @to`).run({ from: ANA, to: BEA }));

    await using storage = openStorage(folder, clock, MASTER_KEY);

    expect(isNothing(await read(storage))).toBe(true);
    expect(await storage.damagedValues.count()).toBe(1);
  });

  it('a webhook cannot be decrypted as one of another kind, also one of an earlier version', async () => {
    const folder = await filledFolder(MASTER_KEY, [ANA, BEA]);
    tamper(folder, (db) => {
      const vault = new SealingVault(db, new DataKeys(db, MASTER_KEY));
      for (const sessionId of [ANA, BEA]) {
        const name = { sessionId, webhookId: `${sessionId}-update` };
        const body = vault.seal(bodyWithoutKind(name), '{"of":"an earlier version"}');
        db.prepare('UPDATE callbacks SET body = ? WHERE session_id = ?').run(body, sessionId);
      }
      // As it was before the migration that binds them.
      db.exec("DELETE FROM settings WHERE name = 'webhooks without kind'");
      db.exec(UNDO_17_TO_21);
      db.pragma('user_version = 15');
    });
    await openStorage(folder, clock, MASTER_KEY)[Symbol.asyncDispose]();
    tamper(folder, (db) => db.exec(`UPDATE callbacks SET kind = 'qr-update' WHERE session_id = '${ANA}'`));

    await using storage = openStorage(folder, clock, MASTER_KEY);

    expect(await storage.callbacks.next(ANA)).toBeUndefined();
    expect(await storage.callbacks.next(BEA)).toMatchObject({ body: '{"of":"an earlier version"}' });
  });

  it('a stored answer cannot be decrypted in the row of another request', async () => {
    const folder = await filledFolder(MASTER_KEY, [ANA, BEA]);
    tamper(folder, (db) =>
      db.exec(`UPDATE idempotency SET body = (SELECT body FROM idempotency WHERE key = '${ANA}') WHERE key = '${BEA}'`),
    );

    await using storage = openStorage(folder, clock, MASTER_KEY);

    // Nothing would make the server carry out the request again.
    await expect(storage.idempotency.find('scope', BEA)).rejects.toThrow(SealBrokenError);
  });

  it('a value with another name, or with changed bytes, cannot be decrypted either', async () => {
    const folder = await filledFolder(MASTER_KEY);
    tamper(folder, (db) => db.exec("UPDATE signal_keys SET id = '2'; UPDATE sent_messages SET content = zeroblob(40)"));

    await using storage = openStorage(folder, clock, MASTER_KEY);

    expect(await storage.signalKeys.get(ANA, 'session', ['2'])).toEqual(new Map());
    expect((await storage.sentMessages.find(ANA, 'M1'))?.content).toBeNull();
  });

  it.each<[string, string, (storage: Storage) => Promise<unknown>]>([
    ['one with more scopes', `UPDATE api_keys SET scopes = '["admin"]'`, (it) => it.apiKeys.all()],
    ['one without limits', `UPDATE api_keys SET limits = NULL`, (it) => it.apiKeys.all()],
    ['one for all sessions', `UPDATE api_keys SET sessions = NULL`, (it) => it.apiKeys.all()],
    ['one with another id', `UPDATE api_keys SET key_id = 'mine'`, (it) => it.apiKeys.all()],
    ['one with a chosen hash', `UPDATE api_keys SET hash = '${'00'.repeat(32)}'`, (it) => it.apiKeys.all()],
    ['a chosen pepper', `UPDATE settings SET value = 'pepper'`, (it) => it.settings.get(`of ${ANA}`)],
    ['the value of another setting', `UPDATE settings SET name = 'x'`, (it) => it.settings.get('x')],
  ])('write access to the file is not enough to forge an API key: %s', async (_, sql, read) => {
    const folder = await filledFolder(MASTER_KEY);
    tamper(folder, (db) => db.exec(sql));

    await using storage = openStorage(folder, clock, MASTER_KEY);

    expect(isNothing(await read(storage))).toBe(true);
    expect(await storage.damagedValues.count()).toBe(1);
  });

  it.each([1, 12, 15, 16, 28])('a value without its last %s bytes is rejected', async (count) => {
    const folder = await filledFolder(MASTER_KEY);
    tamper(folder, (db) => {
      const whole = db.prepare('SELECT content FROM sent_messages').pluck().get() as Buffer;
      db.prepare('UPDATE sent_messages SET content = ?').run(whole.subarray(0, -count));
    });

    await using storage = openStorage(folder, clock, MASTER_KEY);

    expect((await storage.sentMessages.find(ANA, 'M1'))?.content).toBeNull();
  });

  it('a missing data key aborts the start: nothing is encrypted twice', async () => {
    const folder = await filledFolder(MASTER_KEY);
    let common: unknown;
    tamper(folder, (db) => {
      common = db.prepare("SELECT wrapped FROM data_keys WHERE session_id = ''").pluck().get();
      db.exec("DELETE FROM data_keys WHERE session_id = ''");
    });
    expect(() => openStorage(folder, clock, MASTER_KEY)).toThrow(StorageUnreadableError);
    expect(() => openStorage(folder, clock, null)).toThrow(StorageKeyError);
    tamper(folder, (db) => db.prepare("INSERT INTO data_keys VALUES ('', ?)").run(common));

    await using storage = openStorage(folder, clock, MASTER_KEY);

    expect((await contents(storage, ANA)).credentials).toContain('canary');
  });

  it('the next start removes traces of plaintext that an interrupted one left', async () => {
    const folder = await filledFolder(MASTER_KEY);
    tamper(folder, (db) => {
      db.exec(
        `CREATE TABLE free (text TEXT); INSERT INTO free VALUES ('${'canary '.repeat(9_999)}'); DROP TABLE free;`,
      );
      db.exec("INSERT INTO settings VALUES ('traces of plaintext', 'there may be some')");
    });
    expect(await occurrences(folder, 'canary')).toBeGreaterThan(0);

    await openStorage(folder, clock, MASTER_KEY)[Symbol.asyncDispose]();

    expect(await occurrences(folder, 'canary')).toBe(0);
  });

  it.each(['{"noiseKey":"planted"}', '', 'AAAA'])(
    'a value that was inserted from outside is rejected: %j',
    async (text) => {
      const folder = await filledFolder(MASTER_KEY);
      tamper(folder, (db) => db.prepare('UPDATE credentials SET value = ?').run(text));

      await using storage = openStorage(folder, clock, MASTER_KEY);

      expect(await storage.signalKeys.credentials(ANA)).toBeUndefined();
    },
  );

  it('a callback that was tampered with does not hide the other held ones', async () => {
    const folder = await filledFolder(MASTER_KEY, [ANA, BEA]);
    tamper(folder, (db) => {
      db.exec(`UPDATE callbacks SET hold_until_ms = ${clock.now() + 1_000}`);
      db.exec(`UPDATE callbacks SET body = 'AAAA' WHERE session_id = '${ANA}'`);
      const body = { session_id: BEA, message_id: 'M7', edited_message_id: null };
      const sealed = new SealingVault(db, new DataKeys(db, MASTER_KEY)).seal(
        callbackBody({ sessionId: BEA, webhookId: `${BEA}-update`, kind: 'status-update' }),
        JSON.stringify(body),
      );
      db.prepare('UPDATE callbacks SET body = ? WHERE session_id = ?').run(sealed, BEA);
    });

    await using storage = openStorage(folder, clock, MASTER_KEY);

    expect(await storage.heldCallbacks.all()).toEqual([
      { sessionId: BEA, webhookId: `${BEA}-update`, messageId: 'M7' },
    ]);
  });

  it('the same value is encrypted to another text each time', async () => {
    const folder = await testFolder();
    const values = new Set<unknown>();
    for (let time = 0; time < 2; time++) {
      const storage = openStorage(folder, clock, MASTER_KEY);
      await storage.signalKeys.saveCredentials(ANA, 'the same');
      await storage[Symbol.asyncDispose]();
      tamper(folder, (db) =>
        values.add((db.prepare('SELECT value FROM credentials').get() as { value: string }).value),
      );
    }

    expect(values.size).toBe(2);
  });

  it('a removed session takes its data key along, and its pending callbacks can still be read', async () => {
    const folder = await filledFolder(MASTER_KEY, [ANA, BEA]);
    {
      await using storage = openStorage(folder, clock, MASTER_KEY);
      await storage.sessions.remove(ANA, []);
      expect((await storage.callbacks.next(ANA))?.body).toContain('canary-callback');
      await fill(storage, ANA);
      expect(await storage.signalKeys.credentials(ANA)).toContain('canary');
      await storage.sessions.remove(ANA, []);
    }

    tamper(folder, (db) => {
      expect(db.prepare('SELECT session_id FROM data_keys').pluck().all()).toEqual(['', BEA]);
    });
  });

  it('a data key that was rolled back with its transaction is created anew', async () => {
    const folder = await filledFolder(MASTER_KEY, []);
    tamper(folder, (db) => {
      const vault = new SealingVault(db, new DataKeys(db, MASTER_KEY));
      const failing = db.transaction(() => {
        vault.seal(credentialsOf(ANA), 'rolled back');
        throw new Error('no');
      });
      expect(failing).toThrow('no');

      const sealed = vault.seal(credentialsOf(ANA), 'later');

      const later = new SealingVault(db, new DataKeys(db, MASTER_KEY));
      expect(later.open(credentialsOf(ANA), sealed)).toBe('later');
    });
  });
});
