import type { Secret } from '../../../../src/kit/secret.ts';
import type { SessionId } from '../../../../src/domain/session-id.ts';
import { NOBODY, type Side } from '../../../../src/storage/moving/side.ts';
import { MOVED_TABLES, type MovedTable } from '../../../../src/storage/moving/tables.ts';
import { openPostgres } from '../../../../src/storage/postgres/open.ts';
import { StorageMovedError } from '../../../../src/storage/shared/errors.ts';
import { openStorage } from '../../../../src/storage/sqlite/open.ts';
import { MASTER_KEY } from '../../../contracts/storage/implementations.ts';
import { ANA, BEA, statusUpdate, record } from '../../../contracts/storage/support.ts';
import { emptyPostgresUrl } from '../../../harness/shared-postgres.ts';
import { testFolder } from '../../../harness/test-folder.ts';
import { clock, contents, filledFolder } from '../filled.ts';
import { everything, fillTables, type Home, moved, postgresHome, sqliteHome } from './support.ts';

const DIRECTIONS: [string, () => Promise<Home>, () => Promise<Home>][] = [
  ['from SQLite to PostgreSQL', sqliteHome, postgresHome],
  ['from PostgreSQL to SQLite', postgresHome, sqliteHome],
];

describe.each(DIRECTIONS)('%s', (_, createSource, createTarget) => {
  it('every row of every table arrives as it was, whatever strangers wrote', async () => {
    const [source, target] = [await createSource(), await createTarget()];
    await fillTables(source, [ANA, BEA]);

    const { told, isAll } = await moved(source, target);

    const before = await everything(source);
    expect(Object.values(before).flat().length).toBeGreaterThan(50);
    expect(await everything(target)).toEqual(before);
    expect(isAll).toBe(true);
    expect(Object.keys(told)).toEqual([NOBODY, ANA, BEA]);
    const callbacks = told[ANA]?.find(({ table }) => table === 'callbacks');
    expect(callbacks).toMatchObject({ rows: 3, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('and back again', async () => {
    const [source, there, back] = [await createSource(), await createTarget(), await createSource()];
    await fillTables(source, [ANA]);

    const { told } = await moved(source, there);
    const { told: toldBack } = await moved(there, back);

    expect(await everything(back)).toEqual(await everything(source));
    expect(toldBack).toEqual(told);
  });

  it('more rows than fit into one batch', async () => {
    const [source, target] = [await createSource(), await createTarget()];
    await fillTables(source, [ANA], 250);

    const { told } = await moved(source, target);

    expect(told[ANA]?.find(({ table }) => table === 'signal_keys')?.rows).toBe(250);
    expect(await everything(target)).toEqual(await everything(source));
  });

  it.each([1, 12])('killed at insert %i of the second session, it goes on where it was', async (at) => {
    const [source, target] = [await createSource(), await createTarget()];
    await fillTables(source, [ANA, BEA]);

    await expect(moved(source, target, { through: dying(BEA, at) })).rejects.toThrow('killed');

    const half = await everything(target);
    expect(Object.keys(half)).toEqual(expect.arrayContaining([`${ANA} callbacks`]));
    expect(Object.keys(half).filter((name) => name.startsWith(BEA))).toEqual([]);
    const { told } = await moved(source, target);
    expect(told).toMatchObject({ [NOBODY]: undefined, [ANA]: undefined, [BEA]: expect.any(Array) });
    const rows = ({ length }: readonly unknown[]) => length;
    const counts = (all: object) => Object.entries(all).map(([name, of]) => [name, rows(of as unknown[])]);
    expect(counts(await everything(target))).toEqual(counts(await everything(source)));
  });

  it('a row that arrives otherwise stops its session, of which nothing is stored', async () => {
    const [source, target] = [await createSource(), await createTarget()];
    await fillTables(source, [ANA]);

    const move = moved(source, target, { through: (side) => changing(side, 'signal_keys') });

    await expect(move).rejects.toThrow(
      /^The table signal_keys of the session "session_1_ana" did not arrive as it was sent/,
    );
    expect(Object.keys(await everything(target)).filter((name) => name.startsWith(ANA))).toEqual([]);
  });

  it('a second time, it moves nothing', async () => {
    const [source, target] = [await createSource(), await createTarget()];
    await fillTables(source, [ANA]);
    await moved(source, target);
    const before = await everything(target);

    const { told, sessions } = await moved(source, target);

    expect(told).toEqual({ [NOBODY]: undefined, [ANA]: undefined });
    expect(sessions).toEqual([ANA]);
    expect(await everything(target)).toEqual(before);
  });

  it('refuses a session that was used again where it came from', async () => {
    const [source, target] = [await createSource(), await createTarget()];
    await fillTables(source, [ANA]);
    await moved(source, target);
    const before = await everything(target);
    const [key] = before[`${ANA} signal_keys`] ?? [];
    {
      await using side = await source.open('target');
      await side.insert(tableOf('signal_keys'), [[ANA, 'session', 'a new one', ...(key ?? []).slice(3)]]);
    }

    await expect(moved(source, target, { confirm: true })).rejects.toThrow('"session_1_ana" of');
    await expect(moved(source, target)).rejects.toThrow('has changed since it was moved: a server has used it again');
    expect(await everything(target)).toEqual(before);
  });

  it('confirmed for one session, it removes that one from the source', async () => {
    const [source, target] = [await createSource(), await createTarget()];
    await fillTables(source, [ANA, BEA]);

    const { isAll } = await moved(source, target, { sessions: [BEA], confirm: true });

    expect(isAll).toBe(false);
    const owners = async (home: Home) => {
      await using side = await home.open('source');
      return await side.owners();
    };
    expect(await owners(source)).toEqual([ANA]);
    expect(await owners(target)).toEqual([BEA]);
    await moved(source, target, { confirm: true });
    expect(await owners(target)).toEqual([ANA, BEA]);
  });

  it('refuses what is in the target already, and sessions that do not exist', async () => {
    const [source, target] = [await createSource(), await createTarget()];
    await fillTables(source, [ANA]);
    await expect(moved(source, target, { sessions: ['nadie'] })).rejects.toThrow('has nothing of a session "nadie"');
    await fillTables(target, [ANA]);

    await expect(moved(source, target)).rejects.toThrow(/already has content of its own \(.+\)\. Nothing was changed/);
  });

  it('refuses a second source, and a session that came by itself', async () => {
    const [source, other, target] = [await createSource(), await sqliteHome(), await createTarget()];
    await fillTables(source, [ANA, BEA]);
    await fillTables(other, ['session_3_eva']);
    await moved(source, target, { sessions: [ANA] });

    await expect(moved(other, target)).rejects.toThrow(/has what was moved from .+ into a new database/);

    const own = await everything(target);
    await addSession(target, BEA);
    await expect(moved(source, target)).rejects.toThrow(
      'already has content of the session "session_2_bea" (sessions)',
    );
    expect(Object.keys(await everything(target)).filter((name) => !name.startsWith(BEA))).toEqual(Object.keys(own));
  });
});

function tableOf(name: string): MovedTable {
  const found = MOVED_TABLES.find((table) => table.name === name);
  if (!found) throw new Error(`There is no table ${name}`);
  return found;
}

it('a lone surrogate, which SQLite cannot store, holds up no move', async () => {
  const [source, target] = [await postgresHome(), await sqliteHome()];
  {
    await using side = await source.open('target');
    await side.insert(tableOf('conversations'), [[ANA, 'half of a pair \ud83d', 1, 1, null]]);
  }

  await moved(source, target);

  expect(await everything(target)).toMatchObject({
    [`${ANA} conversations`]: [[ANA, 'half of a pair \ufffd', 1, 1, null]],
  });
});

/** One row of a session that nobody moved. */
async function addSession(home: Home, sessionId: string): Promise<void> {
  const other = await sqliteHome();
  await fillTables(other, [sessionId], 1);
  const rows = (await everything(other))[`${sessionId} sessions`] ?? [];
  await using side = await home.open('target');
  await side.insert(
    MOVED_TABLES.find(({ name }) => name === 'sessions')!,
    rows,
  );
}

/** A target whose process dies within the insert with this number, of the rows of one session. */
function dying(owner: string, at: number): (side: Side) => Side {
  let inserts = 0;
  return (side) =>
    wrapped(side, {
      insert: async (table, rows) => {
        const isIts = rows.some((row) => row[Object.keys(table.columns).indexOf('session_id')] === owner);
        if (isIts && (inserts += 1) === at) {
          await side[Symbol.asyncDispose]();
          throw new Error('killed');
        }
        await side.insert(table, rows);
      },
    });
}

/** A target that stores a table otherwise than it was told to. */
function changing(side: Side, name: string): Side {
  return wrapped(side, {
    insert: (table, rows) => {
      const last = table.name === name ? rows.map((row) => [...row.slice(0, -1), Buffer.from('otro')]) : rows;
      return side.insert(table, last);
    },
  });
}

function wrapped(side: Side, changes: Partial<Side>): Side {
  return new Proxy(side, {
    get: (of, name) => {
      const own: unknown = Reflect.get(changes, name);
      const value: unknown = own ?? Reflect.get(of, name, of);
      return typeof value === 'function' ? value.bind(of) : value;
    },
  });
}

/** What the stores read from what {@link filledFolder} stored, in either database. */
async function readFrom(url: string, key: Secret | null, id: SessionId) {
  await using storage = await openPostgres(url, { clock, masterKey: key });
  return {
    credentials: await storage.signalKeys.credentials(id),
    key: await storage.signalKeys.get(id, 'session', ['1']),
    leftOver: await storage.journal.leftOver(id),
    sent: await storage.sentMessages.find(id, 'M1'),
    votes: await storage.pollVotes.of(id, 'P'),
    callbacks: await storage.archive.list({ sessionId: id }, { after: 0, limit: 9 }),
    answer: await storage.idempotency.find('scope', id),
    setting: await storage.settings.get(`of ${id}`),
    apiKeys: await storage.apiKeys.all(),
    file: await storage.mediaIndex.find({ sessionId: id, messageId: 'M2' }),
    damaged: await storage.damagedValues.count(),
  };
}

describe.each([
  ['encrypted', MASTER_KEY],
  ['not encrypted', null],
])('a storage that is %s', (_, key) => {
  it('is read by the other, and by itself again, with the numbers that consumers know', async () => {
    const [folder, url, back] = [await filledFolder(key, [ANA, BEA]), await emptyPostgresUrl(), await testFolder()];
    const before = await read(folder, key);

    await moved(await sqliteHome(folder), await postgresHome(url));

    const there = await readFrom(url, key, ANA);
    expect(there).toEqual({ ...there, ...pick(before, Object.keys(there)), damaged: 0 });
    const seq = await emit(await openPostgres(url, { clock, masterKey: key }));
    expect(seq).toEqual({ seq: 2, isLast: true });
    await moved(await postgresHome(url), await sqliteHome(back));
    const after = await read(back, key);
    expect(after.callbacks.slice(0, 1)).toEqual(before.callbacks);
    expect({ ...after, callbacks: before.callbacks }).toEqual(before);
    expect(await emit(openStorage(back, clock, key))).toEqual({ seq: 3, isLast: true });
  });

  it('is refused by servers once everything has left it', async () => {
    const [folder, url] = [await filledFolder(key), await emptyPostgresUrl()];
    await moved(await sqliteHome(folder), await postgresHome(url), { confirm: true });

    expect(() => openStorage(folder, clock, key)).toThrow(StorageMovedError);
    expect(() => openStorage(folder, clock, key)).toThrow(
      /was moved to postgres:\/\/127\.0\.0\.1:\d+\/postgres: use that/,
    );
    await moved(await postgresHome(url), await sqliteHome(), { confirm: true });
    await expect(openPostgres(url, { clock, masterKey: key })).rejects.toThrow(StorageMovedError);
  });
});

function pick(from: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}

async function read(folder: string, key: Secret | null) {
  await using storage = openStorage(folder, clock, key);
  return await contents(storage, ANA);
}

/** Stores one more event: its number, and whether it comes after all others. */
async function emit(storage: Awaited<ReturnType<typeof openPostgres>>) {
  await using open = storage;
  await open.sessions.commit(record(ANA), [statusUpdate(ANA, `one more ${(events += 1)}`)]);
  const all = await open.archive.list({ sessionId: ANA }, { after: 0, limit: 9 });
  const known = await open.archive.events({ after: 0, limit: 99 });
  const last = all.at(-1);
  return { seq: last?.seq, isLast: known.at(-1)?.webhookId === last?.webhookId };
}

let events = 0;

it('refuses two databases of which one is encrypted, or with keys of its own', async () => {
  const [plain, sealed, other] = [
    await filledFolder(null),
    await filledFolder(MASTER_KEY),
    await filledFolder(MASTER_KEY, [BEA]),
  ];
  const used = async (key: Secret | null) => {
    const url = await emptyPostgresUrl();
    await using storage = await openPostgres(url, { clock, masterKey: key });
    await storage.sessions.commit(record(BEA), []);
    return await postgresHome(url);
  };

  await expect(moved(await sqliteHome(plain), await used(MASTER_KEY))).rejects.toThrow(
    /is not encrypted, postgres:.+ is encrypted\. Move into a new database/,
  );
  await expect(moved(await sqliteHome(sealed), await used(null))).rejects.toThrow(
    /is encrypted, postgres:.+ is not encrypted\./,
  );
  await expect(moved(await sqliteHome(other), await used(MASTER_KEY))).rejects.toThrow('encrypted with different keys');
});
