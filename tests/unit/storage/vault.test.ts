import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { Secret } from '../../../src/kit/secret.ts';
import { type JournalEntry, type MessageKey } from '../../../src/domain/signal-ports.ts';
import { type SessionId } from '../../../src/domain/session-id.ts';
import { openStorage, type Storage } from '../../../src/storage/open.ts';
import { DataKeys } from '../../../src/storage/data-keys.ts';
import { rotateMasterKey } from '../../../src/storage/rotate-master-key.ts';
import { credentialsOf } from '../../../src/storage/places.ts';
import { SealingVault } from '../../../src/storage/sealing-vault.ts';
import { SealBrokenError, StorageInUseError, StorageKeyError } from '../../../src/storage/storage-error.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { ANA, BEA, MASTER_KEY, news, record, testFolder } from './support.ts';

const OTHER_KEY = new Secret('5a'.repeat(32));
const clock = new ManualClock();

const ENTRY: JournalEntry = {
  ciphertextHash: Buffer.from('hash'),
  messageKey: 'message' as MessageKey,
  delivery: 'delivery',
  parts: 1,
  attrs: { id: 'M2', notify: 'canary-push-name' },
  plaintext: Buffer.from('canary-plaintext'),
};

/** One of everything that says something, each with a word of its own in it. */
async function fill(storage: Storage, id: SessionId): Promise<void> {
  const told = news(id, `${id}-news`);
  await storage.sessions.commit(record(id), [
    { ...told, event: { ...told.event, body: { ...told.event.body, error_message: 'canary-callback' } } as never },
  ]);
  await storage.signalKeys.saveCredentials(id, '{"noiseKey":"canary-credentials"}');
  await storage.signalKeys.set(id, [{ type: 'session', id: '1', value: '"canary-signal-key"' }], ENTRY);
  await storage.sentMessages.add(id, {
    ...{ messageId: 'M1', to: '1@lid', toNumber: null },
    content: Buffer.from('canary-sent'),
  });
  await storage.sessions.commit(record(id), [], {
    vote: { pollId: 'P', voter: '1@lid', names: ['1@lid'], options: ['canary-option'], votedAtMs: 1 },
  });
  await storage.idempotency.save('scope', id, { requestHash: 'canary-hash', status: 200, body: '"canary-answer"' });
  await storage.mediaRows.put({
    ...{ sessionId: id, messageId: 'M2', path: `${id}/M2.pdf`, mimetype: null, size: 1, createdAtMs: 1 },
    fileName: 'canary-file-name.pdf',
  });
}

/** All of it, as the product reads it. */
async function contents(storage: Storage, id: SessionId) {
  return {
    credentials: await storage.signalKeys.credentials(id),
    key: await storage.signalKeys.get(id, 'session', ['1']),
    recalled: await storage.journal.find(id, ENTRY.ciphertextHash, ENTRY.messageKey),
    entries: await storage.journal.withId(id, 'M2'),
    leftOver: await storage.journal.leftOver(id),
    sent: await storage.sentMessages.find(id, 'M1'),
    votes: await storage.pollVotes.of(id, 'P'),
    callbacks: await storage.archive.list({ sessionId: id }, { after: 0, limit: 9 }),
    answer: await storage.idempotency.find('scope', id),
    file: await storage.mediaRows.find({ sessionId: id, messageId: 'M2' }),
  };
}

/** How often the word is in the files of the folder. */
async function occurrences(folder: string, word: string): Promise<number> {
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')));
  return files.reduce((count, text) => count + text.split(word).length - 1, 0);
}

/** Does something to the closed database, as somebody does who can write the file. */
function tamper(folder: string, work: (db: Database) => void): void {
  const db = new Sqlite(join(folder, 'orchestrator.db'));
  work(db);
  db.close();
}

async function filledFolder(key: Secret | null, ids: SessionId[] = [ANA]): Promise<string> {
  const folder = await testFolder();
  await using storage = openStorage(folder, clock, key);
  for (const id of ids) await fill(storage, id);
  return folder;
}

describe('with a master key', () => {
  it('the files hold no word of what is stored, also while they are written', async () => {
    const folder = await testFolder();
    await using storage = openStorage(folder, clock, MASTER_KEY);
    await fill(storage, ANA);

    expect(await readdir(folder)).toContain('orchestrator.db-wal');
    expect(await occurrences(folder, ANA)).toBeGreaterThan(0);
    expect(await occurrences(folder, 'canary')).toBe(0);
    expect((await contents(storage, ANA)).credentials).toContain('canary');
  });

  it('what was stored before is encrypted by the first start, and leaves no trace', async () => {
    const folder = await filledFolder(null, [ANA, BEA]);
    await using before = openStorage(folder, clock, null);
    const stored = await contents(before, ANA);
    await before[Symbol.asyncDispose]();
    expect(await occurrences(folder, 'canary')).toBeGreaterThan(9);

    await using after = openStorage(folder, clock, MASTER_KEY);

    expect(await occurrences(folder, 'canary')).toBe(0);
    expect(await contents(after, ANA)).toEqual(stored);
    expect((await contents(after, BEA)).sent).toEqual(stored.sent);
  });

  it('more than a page of rows is encrypted whole', async () => {
    const folder = await testFolder();
    const ids = Array.from({ length: 1_201 }, (_, at) => `${at}`);
    {
      await using plain = openStorage(folder, clock, null);
      const changes = ids.map((id) => ({ type: 'pre-key', id, value: `"canary-${id}"` }));
      await plain.signalKeys.set(ANA, changes);
    }

    await using storage = openStorage(folder, clock, MASTER_KEY);

    expect([...(await storage.signalKeys.get(ANA, 'pre-key', ids)).values()]).toEqual(
      ids.map((id) => `"canary-${id}"`),
    );
    expect(await occurrences(folder, 'canary')).toBe(0);
  });

  it('a start that ended in the middle of it is begun again', async () => {
    const folder = await filledFolder(null);
    tamper(folder, (db) =>
      db.exec("CREATE TRIGGER stop BEFORE UPDATE ON media_files BEGIN SELECT RAISE(ABORT, 'x'); END"),
    );
    expect(() => openStorage(folder, clock, MASTER_KEY)).toThrow('x');
    tamper(folder, (db) => db.exec('DROP TRIGGER stop'));

    await using storage = openStorage(folder, clock, MASTER_KEY);

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
      (it) => it.sentMessages.find(BEA, 'M1'),
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
      'an answer',
      'UPDATE idempotency SET body = (SELECT body FROM idempotency AS it WHERE it.key = @from)',
      (it) => it.idempotency.find('scope', BEA),
    ],
    [
      'a data key',
      'UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys AS it WHERE it.session_id = @from)',
      (it) => it.signalKeys.credentials(BEA),
    ],
  ])('%s does not open in the row of another session', async (_, sql, read) => {
    const folder = await filledFolder(MASTER_KEY, [ANA, BEA]);
    const column = sql.includes('idempotency') ? 'key' : 'session_id';
    tamper(folder, (db) => db.prepare(`${sql} WHERE ${column} = @to`).run({ from: ANA, to: BEA }));

    await using storage = openStorage(folder, clock, MASTER_KEY);

    await expect(read(storage)).rejects.toThrow(SealBrokenError);
  });

  it('a key of another name, or with a bit changed, does not open either', async () => {
    const folder = await filledFolder(MASTER_KEY);
    tamper(folder, (db) => db.exec("UPDATE signal_keys SET id = '2'; UPDATE sent_messages SET content = zeroblob(40)"));

    await using storage = openStorage(folder, clock, MASTER_KEY);

    await expect(storage.signalKeys.get(ANA, 'session', ['2'])).rejects.toThrow(SealBrokenError);
    await expect(storage.sentMessages.find(ANA, 'M1')).rejects.toThrow(SealBrokenError);
  });

  it.each(['{"noiseKey":"planted"}', '', 'AAAA'])(
    'a text that was put there from outside is not read: %j',
    async (text) => {
      const folder = await filledFolder(MASTER_KEY);
      tamper(folder, (db) => db.prepare('UPDATE credentials SET value = ?').run(text));

      await using storage = openStorage(folder, clock, MASTER_KEY);

      await expect(storage.signalKeys.credentials(ANA)).rejects.toThrow(SealBrokenError);
    },
  );

  it('the same value is another text each time', async () => {
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

  it('a removed session takes its data key along; what is still to be told of it can be read', async () => {
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

  it('a data key that was rolled back with its transaction is made anew', async () => {
    const folder = await filledFolder(MASTER_KEY, []);
    tamper(folder, (db) => {
      const vault = new SealingVault(db, new DataKeys(db, MASTER_KEY));
      const failing = db.transaction(() => {
        vault.seal(credentialsOf(ANA), 'lost');
        throw new Error('no');
      });
      expect(failing).toThrow('no');

      const sealed = vault.seal(credentialsOf(ANA), 'kept');

      const later = new SealingVault(db, new DataKeys(db, MASTER_KEY));
      expect(later.open(credentialsOf(ANA), sealed)).toBe('kept');
    });
  });
});

describe('another master key, or none', () => {
  it.each([
    ['another', OTHER_KEY, 'was encrypted with another master key'],
    ['none', null, 'is encrypted'],
  ])('%s stops the start with a sentence, and changes nothing', async (_, key, sentence) => {
    const folder = await filledFolder(MASTER_KEY);
    const file = join(folder, 'orchestrator.db');
    await copyFile(file, `${folder}/before`);

    expect(() => openStorage(folder, clock, key)).toThrow(StorageKeyError);
    expect(() => openStorage(folder, clock, key)).toThrow(sentence);

    expect((await readFile(file)).equals(await readFile(`${folder}/before`))).toBe(true);
    await using storage = openStorage(folder, clock, MASTER_KEY);
    expect((await contents(storage, ANA)).credentials).toContain('canary');
  });
});

describe('the rotation', () => {
  it('has everything open with the new key, and nothing with the old one', async () => {
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

  it('changes nothing of what is encrypted but the data keys', async () => {
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

  it('waits for nobody: with a wrong key, or while the server runs, it is refused', async () => {
    const folder = await filledFolder(MASTER_KEY);
    expect(() => rotateMasterKey(folder, { from: OTHER_KEY, to: MASTER_KEY })).toThrow(StorageKeyError);
    await using running = openStorage(folder, clock, MASTER_KEY);
    expect(() => rotateMasterKey(folder, { from: MASTER_KEY, to: OTHER_KEY })).toThrow(StorageInUseError);
    expect(await running.signalKeys.credentials(ANA)).toContain('canary');
  });
});
