import type { PhoneNumber } from '../../../src/domain/address.ts';
import type { Secret } from '../../../src/kit/secret.ts';
import type { MessageKey } from '../../../src/ports/signal.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { MASTER_KEY } from '../../contracts/storage/implementations.ts';
import { ANA, BEA, record, statusUpdate } from '../../contracts/storage/support.ts';
import { tamper } from '../../harness/sqlite-file.ts';
import { clock, contents, fill, filledFolder } from './filled.ts';

const AFTER = { after: 0, limit: 9 };
const JOURNALED = [Buffer.from('hash'), 'message' as MessageKey] as const;

/** What is damaged, how, and what is read instead: of the damaged session, and whether it counts as damaged. */
type Case = [what: string, sql: string, read: (storage: Storage) => Promise<unknown>, instead: unknown];

const CASES: readonly Case[] = [
  ['credentials', 'UPDATE credentials SET value = @bad', (it) => it.signalKeys.credentials(ANA), undefined],
  ['a Signal key', 'UPDATE signal_keys SET value = @bad', (it) => it.signalKeys.get(ANA, 'session', ['1']), new Map()],
  [
    'the plaintext of a journal entry that was not reported',
    'UPDATE journal SET plaintext = @bytes',
    async (it) => (await it.journal.leftOver(ANA)).map(({ attrs, plaintext }) => [attrs.id, plaintext.length]),
    [['M2', 0]],
  ],
  ['the stanza of a journal entry', 'UPDATE journal SET attrs = @bad', (it) => it.journal.leftOver(ANA), []],
  [
    'a journal entry that is asked for by its message',
    'UPDATE journal SET plaintext = @bytes',
    (it) => it.journal.withId(ANA, 'M2'),
    [],
  ],
  [
    'a journal entry that WhatsApp delivers again',
    'UPDATE journal SET plaintext = @bytes',
    (it) => it.journal.find(ANA, ...JOURNALED),
    undefined,
  ],
  [
    'a sent message',
    'UPDATE sent_messages SET content = @bytes',
    async (it) => {
      const sent = await it.sentMessages.find(ANA, 'M1');
      return [sent?.status, sent?.content];
    },
    ['pending', null],
  ],
  [
    'a vote of our own',
    'UPDATE sent_messages SET vote = @bad',
    async (it) => (await it.sentMessages.find(ANA, 'M1'))?.vote,
    undefined,
  ],
  ['a vote', 'UPDATE poll_votes SET options = @bad', (it) => it.pollVotes.of(ANA, 'P'), []],
  [
    'a scheduled message',
    'UPDATE scheduled_messages SET body = @bad',
    (it) => it.scheduledMessages.find(ANA, 'M3'),
    undefined,
  ],
  ['the timer of a chat', 'UPDATE chat_timers SET timer = @bad', (it) => it.chatTimers.of(ANA, ['1@lid']), undefined],
  [
    'the name of a file',
    'UPDATE media_files SET file_name = @bad',
    async (it) => (await it.mediaIndex.find({ sessionId: ANA, messageId: 'M2' }))?.fileName,
    null,
  ],
  ['a webhook', 'UPDATE callbacks SET body = @bad', (it) => it.callbacks.next(ANA), undefined],
  [
    'the phase of a session',
    'UPDATE sessions SET phase = @bad',
    async (it) => (await it.sessions.all()).map(({ phase }) => phase),
    ['pairing', 'pairing'],
  ],
];

/** A folder in which one value of the first session is damaged. */
async function damagedFolder(masterKey: Secret | null, sql: string): Promise<string> {
  const folder = await filledFolder(masterKey, [ANA, BEA]);
  tamper(folder, (db) =>
    db.prepare(`${sql} WHERE session_id = @id`).run({ id: ANA, bad: '{"cut off', bytes: Buffer.alloc(40, 0x5a) }),
  );
  return folder;
}

const notes = async (storage: Storage) => (await storage.timeline.of(ANA)).map(({ what }) => what as string);

describe('one damaged row', () => {
  it.each(CASES)('%s is set aside, and the rest goes on', async (_, sql, read, instead) => {
    const folder = await damagedFolder(MASTER_KEY, sql);
    await using storage = openStorage(folder, clock, MASTER_KEY);
    const others = await contents(storage, BEA);

    expect(await read(storage)).toEqual(instead);
    expect(await read(storage)).toEqual(instead);

    expect(await storage.damagedValues.count()).toBe(1);
    expect(await notes(storage)).toEqual(['damaged']);
    expect(others).toMatchObject({ credentials: expect.stringContaining('canary'), file: { fileName: /canary/ } });
    expect(await contents(storage, BEA)).toEqual(others);
    // What replaces it is stored as ever.
    await fill(storage, ANA);
    expect((await contents(storage, ANA)).credentials).toContain('canary');
  });

  it.each(CASES.filter(([, sql]) => /journal SET attrs|poll_votes|body|phase/.test(sql)))(
    '%s is set aside without encryption too',
    async (_, sql, read, instead) => {
      const folder = await damagedFolder(null, sql);
      await using storage = openStorage(folder, clock, null);

      expect(await read(storage)).toEqual(instead);

      expect(await storage.damagedValues.count()).toBe(1);
    },
  );

  it('a webhook becomes a dead letter, and the next one is delivered', async () => {
    const folder = await damagedFolder(MASTER_KEY, 'UPDATE callbacks SET body = @bad');
    await using storage = openStorage(folder, clock, MASTER_KEY);
    await storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'behind it')]);

    expect(await storage.callbacks.next(ANA)).toMatchObject({ webhookId: 'behind it', seq: 2 });

    const [dead] = await storage.archive.list({ state: 'dead' }, AFTER);
    expect(dead).toMatchObject({ sessionId: ANA, body: null, lastError: 'its stored content is damaged' });
    expect(await storage.archive.retry(dead!.id)).toBe(true);
    expect(await storage.callbacks.next(ANA)).toMatchObject({ webhookId: 'behind it' });
  });

  it.each([
    [
      'a profile leaves the session its proxy',
      'profile',
      { deviceName: null, proxy: expect.objectContaining({}) as object },
    ],
    ['a proxy stays unreadable, so that nobody goes around it', 'proxy', { proxy: 'unreadable' }],
  ])('%s', async (_, column, route) => {
    const folder = await damagedFolder(MASTER_KEY, `UPDATE session_profiles SET ${column} = @bad`);
    await using storage = openStorage(folder, clock, MASTER_KEY);
    for (let turn = 0; turn < 2; turn += 1) expect(await storage.sessions.routeOf(ANA)).toMatchObject(route);
    expect(await storage.sessions.routeOf(BEA)).toMatchObject({ proxy: expect.objectContaining({}) as object });
  });

  it('a webhook does not keep numbers from the others that await them', async () => {
    const folder = await filledFolder(MASTER_KEY);
    const awaited = (webhookId: string) => ({ lid: '1@lid', webhookId, correctionId: `${webhookId} 2`, unless: null });
    {
      await using storage = openStorage(folder, clock, MASTER_KEY);
      for (const id of ['bad', 'good']) {
        await storage.sessions.commit(record(ANA), [statusUpdate(ANA, id)], { awaited: awaited(id) });
      }
    }
    tamper(folder, (db) => db.exec("UPDATE callbacks SET body = 'AAAA' WHERE webhook_id = 'bad'"));
    await using storage = openStorage(folder, clock, MASTER_KEY);

    await storage.awaitedNumbers.known(ANA, new Map([['1@lid', '5491100000000' as PhoneNumber]]));

    const [good] = (await storage.archive.list({ sessionId: ANA }, AFTER)).filter((it) => it.webhookId === 'good');
    expect(good?.body).toContain('5491100000000');
    expect(await storage.awaitedNumbers.of(ANA)).toEqual([]);
  });

  it('the data key of a session takes its old values along, and new ones are stored again', async () => {
    const folder = await filledFolder(MASTER_KEY, [ANA, BEA]);
    tamper(folder, (db) => db.exec(`UPDATE data_keys SET wrapped = zeroblob(60) WHERE session_id = '${ANA}'`));
    await using storage = openStorage(folder, clock, MASTER_KEY);
    expect(await storage.signalKeys.credentials(ANA)).toBeUndefined();

    await storage.signalKeys.saveCredentials(ANA, 'new');

    expect(await storage.signalKeys.credentials(ANA)).toBe('new');
    expect(await storage.signalKeys.credentials(BEA)).toContain('canary');
    await storage.sessions.remove(ANA, []);
    expect(await storage.damagedValues.count()).toBe(0);
  });

  it.each([
    ['a setting', 'UPDATE settings SET value = @bad WHERE name = @name'],
    ['an API key', `UPDATE api_keys SET hash = @bad WHERE key_id LIKE 'key of ${ANA}%' AND @name <> ''`],
  ])('%s is as if it were not there', async (_, sql) => {
    const folder = await filledFolder(MASTER_KEY, [ANA, BEA]);
    tamper(folder, (db) => db.prepare(sql).run({ bad: '{"cut off', name: `of ${ANA}` }));
    const found: unknown[] = [];
    await using storage = openStorage(folder, clock, MASTER_KEY, { onDamage: (damage) => found.push(damage) });

    const { setting, apiKeys } = await contents(storage, ANA);

    expect([setting, apiKeys.length]).toEqual(sql.includes('settings') ? [undefined, 2] : ['canary-setting', 1]);
    expect(await storage.damagedValues.count()).toBe(1);
    expect(found).toEqual([{ sessionId: null, what: sql.includes('settings') ? 'settings.value' : 'api_keys.hash' }]);
  });

  it('whatever whatsapp/ cannot make sense of is set aside too, once', async () => {
    const folder = await filledFolder(MASTER_KEY);
    await using storage = openStorage(folder, clock, MASTER_KEY);

    for (let time = 0; time < 2; time++) {
      await storage.signalKeys.unreadable(ANA, { type: 'session', id: '1' });
      await storage.signalKeys.unreadable(ANA, 'credentials');
    }

    const { key, credentials } = await contents(storage, ANA);
    expect([key.size, credentials]).toEqual([0, undefined]);
    expect(await storage.damagedValues.count()).toBe(2);
  });
});
