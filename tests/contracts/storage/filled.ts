import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { type Secret } from '../../../src/kit/secret.ts';
import { type ApiKey } from '../../../src/domain/access.ts';
import { type JournalEntry, type MessageKey } from '../../../src/ports/signal.ts';
import { type SessionId } from '../../../src/domain/session-id.ts';
import { openStorage, type Storage } from '../../../src/storage/sqlite/open.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { ANA, news, record, testFolder } from './support.ts';

/** The time in these databases. */
export const clock = new ManualClock();

const ENTRY: JournalEntry = {
  ciphertextHash: Buffer.from('hash'),
  messageKey: 'message' as MessageKey,
  delivery: 'delivery',
  parts: 1,
  attrs: { id: 'M2', notify: 'canary-push-name' },
  plaintext: Buffer.from('canary-plaintext'),
};

/** How many keys for the doors were made, so that each has an id of its own. */
let keysMade = 0;
const keyFor = (id: SessionId): ApiKey => ({
  ...{ keyId: `key of ${id} ${++keysMade}`, name: '', hash: 'canary-hash-of-a-key', createdAtMs: 1 },
  ...{ scopes: ['sessions:read'], sessions: id === ANA ? [ANA] : null },
});

/** One of everything that says something, each with a word of its own in it. */
export async function fill(storage: Storage, id: SessionId): Promise<void> {
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
  await storage.settings.set(`of ${id}`, 'canary-setting');
  await storage.apiKeys.add(keyFor(id));
  await storage.idempotency.save('scope', id, { requestHash: 'canary-hash', status: 200, body: '"canary-answer"' });
  await storage.mediaRows.put({
    ...{ sessionId: id, messageId: 'M2', path: `${id}/M2.pdf`, mimetype: null, size: 1, createdAtMs: 1 },
    fileName: 'canary-file-name.pdf',
  });
}

/** All of it, as the product reads it. */
export async function contents(storage: Storage, id: SessionId) {
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
    setting: await storage.settings.get(`of ${id}`),
    apiKeys: await storage.apiKeys.all(),
    file: await storage.mediaRows.find({ sessionId: id, messageId: 'M2' }),
  };
}

/** How often the word is in the files of the folder. */
export async function occurrences(folder: string, word: string): Promise<number> {
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')));
  return files.reduce((count, text) => count + text.split(word).length - 1, 0);
}

/** Does something to the closed database, as somebody does who can write the file. */
export function tamper(folder: string, work: (db: Database) => void): void {
  const db = new Sqlite(join(folder, 'orchestrator.db'));
  work(db);
  db.close();
}

export /** A folder with a closed database that has one of everything, of these sessions. */
async function filledFolder(key: Secret | null, ids: SessionId[] = [ANA]): Promise<string> {
  const folder = await testFolder();
  await using storage = openStorage(folder, clock, key);
  for (const id of ids) await fill(storage, id);
  return folder;
}
