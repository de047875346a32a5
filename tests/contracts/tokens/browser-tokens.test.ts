import type { SessionId } from '../../../src/domain/session-id.ts';
import { TokensInMemory } from '../../../src/http/access/tokens-in-memory.ts';
import type { BrowserTokenStore } from '../../../src/ports/browser-tokens.ts';
import { PostgresBrowserTokens } from '../../../src/storage/postgres/cluster/browser-tokens.ts';
import { plainVault } from '../../../src/storage/postgres/encryption/vault.ts';
import type { Statement } from '../../../src/storage/postgres/sql.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { emptyPostgresUrl } from '../../harness/shared-postgres.ts';
import { untilTrue } from '../../harness/until.ts';
import { execute, joined, type TestNode } from '../../unit/storage/postgres/cluster/nodes.ts';
import { ANA, BEA, record } from '../storage/support.ts';

const HOUR_MS = 3_600_000;
const KEY = { name: '', hash: 'h', scopes: [], sessions: null, createdAtMs: 1 };
const LIMITS = { maxSessions: 0, maxPendingSessions: 100 };

/** A store as two nodes see it; for a process on its own they are the same. */
interface Subject {
  clock: ManualClock;
  stores: [BrowserTokenStore, BrowserTokenStore];
  /** There is such a key. */
  key: (keyId: string) => Promise<void>;
  /** The time of the token is over. */
  expire: (hash: string) => Promise<unknown>;
}

let nodes: [TestNode, TestNode];
let url: string;

beforeAll(async () => {
  url = await emptyPostgresUrl();
  const clock = new ManualClock();
  nodes = [await joined(url, 'a', { clock }), await joined(url, 'b', { clock })];
});

afterAll(async () => {
  for (const node of nodes) await node[Symbol.asyncDispose]();
});

function inMemory(): Subject {
  const clock = new ManualClock();
  const store = new TokensInMemory(clock);
  return { clock, stores: [store, store], key: () => Promise.resolve(), expire: () => clock.advance(HOUR_MS) };
}

function inPostgres(): Subject {
  return {
    clock: new ManualClock(),
    stores: [nodes[0].storage.browserTokens, nodes[1].storage.browserTokens],
    key: (keyId) => nodes[0].storage.apiKeys.add({ ...KEY, keyId }),
    expire: (hash) => execute(url, 'UPDATE browser_tokens SET expires_at = now() WHERE hash = $1', [hash]),
  };
}

let count = 0;

/** Adds a token that no other test has. */
async function added(store: BrowserTokenStore, sessionId: SessionId | null = null, keyId: string | null = null) {
  const hash = `hash ${(count += 1)}`;
  await store.add({ hash, keyId, sessionId, ttlMs: HOUR_MS });
  return hash;
}

describe.each([
  ['memory', inMemory],
  ['PostgreSQL, on two nodes', inPostgres],
])('browser tokens in %s', (_name, start) => {
  it('are found by their hash, for their time', async () => {
    const { stores, expire, clock } = start();
    const hash = await added(stores[0], ANA);

    const found = await stores[1].find(hash);
    expect(found).toMatchObject({ keyId: null, sessionId: ANA });
    expect(found!.endsAtMs - clock.monotonic()).toBeLessThanOrEqual(HOUR_MS);
    expect(found!.endsAtMs - clock.monotonic()).toBeGreaterThan(HOUR_MS - 60_000);
    expect(await stores[1].find(`${hash}0`)).toBeUndefined();
    expect((await Promise.all([1, 2, 3].map(() => stores[1].find(hash)))).map((one) => one?.sessionId)).toEqual([
      ANA,
      ANA,
      ANA,
    ]);

    await expire(hash);
    expect(await stores[1].find(hash)).toBeUndefined();
    expect((await stores[1].ended()).filter((token) => token.hash === hash)).toEqual([{ hash, made: null }]);
    await stores[1].remove([hash]);
    expect((await stores[0].ended()).filter((token) => token.hash === hash)).toEqual([]);
  });

  it('begin to create their session once, however many ask on however many nodes', async () => {
    const { stores } = start();
    const hash = await added(stores[0]);

    const begun = await Promise.all([1, 2, 3, 4].map((at) => stores[at % 2]!.begin(hash, `attempt ${at}`)));

    expect(begun.filter(Boolean)).toHaveLength(1);
    const mine = `attempt ${begun.indexOf(true) + 1}`;
    expect(await stores[0].made(hash, 'another', ANA)).toBe(false);
    expect(await stores[0].made(hash, mine, ANA)).toBe(true);
    expect((await stores[1].find(hash))?.sessionId).toBe(ANA);
    await stores[0].failed(hash, mine);
    expect(await stores[1].begin(hash, 'later')).toBe(false);
  });

  it('may try again after a failure', async () => {
    const { stores } = start();
    const hash = await added(stores[0]);
    expect(await stores[0].begin(hash, 'first')).toBe(true);
    await stores[1].failed(hash, 'another');
    expect(await stores[1].begin(hash, 'second')).toBe(false);
    await stores[0].failed(hash, 'first');
    expect(await stores[1].begin(hash, 'second')).toBe(true);
  });

  it('create nothing when they show a session, or are over', async () => {
    const { stores, expire } = start();
    expect(await stores[0].begin(await added(stores[0], ANA), 'x')).toBe(false);
    const hash = await added(stores[0]);
    expect(await stores[0].begin(hash, 'x')).toBe(true);
    await expire(hash);
    expect(await stores[1].made(hash, 'x', ANA)).toBe(false);
    expect(await stores[1].begin(hash, 'y')).toBe(false);
  });

  it('name the session that they made when they end, and not the one that they were made for', async () => {
    const { stores, expire } = start();
    const [making, showing] = [await added(stores[0]), await added(stores[0], BEA)];
    await stores[0].begin(making, 'x');
    await stores[0].made(making, 'x', ANA);
    for (const hash of [making, showing]) await expire(hash);
    const ended = (await stores[0].ended()).filter(({ hash }) => [making, showing].includes(hash));
    expect(new Map(ended.map(({ hash, made }) => [hash, made]))).toEqual(
      new Map([
        [making, ANA],
        [showing, null],
      ]),
    );
    await stores[0].remove([making, showing]);
  });

  it('end with their key, and no others', async () => {
    const { stores, key } = start();
    await key('key 1');
    await key('key 2');
    const [mine, other, admins] = [
      await added(stores[0], ANA, 'key 1'),
      await added(stores[0], ANA, 'key 2'),
      await added(stores[0], ANA),
    ];
    expect((await stores[1].find(mine))?.keyId).toBe('key 1');
    await stores[0].revokeIssuedBy('key 1');
    expect(await stores[1].find(mine)).toBeUndefined();
    expect(await stores[1].find(other)).toBeDefined();
    expect(await stores[1].find(admins)).toBeDefined();
  });
});

describe('browser tokens of nodes', () => {
  const [a, b] = [() => nodes[0].storage, () => nodes[1].storage];

  it('end with their key also where a node issues them that has not heard of its end', async () => {
    await a().apiKeys.add({ ...KEY, keyId: 'revoked' });
    const before = await added(b().browserTokens, ANA, 'revoked');
    await a().apiKeys.remove('revoked');
    const after = await added(b().browserTokens, ANA, 'revoked');
    for (const hash of [before, after]) expect(await a().browserTokens.find(hash)).toBeUndefined();
  });

  it('end what they made on the node that has it', async () => {
    await b().sessions.create(record(BEA), { atMs: 1, what: 'created', why: null }, LIMITS);
    const hash = await added(a().browserTokens);
    await b().browserTokens.begin(hash, 'x');
    await b().browserTokens.made(hash, 'x', BEA);
    await execute(url, 'UPDATE browser_tokens SET expires_at = now() WHERE hash = $1', [hash]);
    expect((await a().browserTokens.ended()).filter((token) => token.hash === hash)).toEqual([]);
    expect((await b().browserTokens.ended()).filter((token) => token.hash === hash)).toEqual([{ hash, made: BEA }]);

    // Between two owners it waits for the next one.
    await b().ownership.release([BEA], 'a');
    const ended = async () => Promise.all([a(), b()].map(({ browserTokens }) => browserTokens.ended()));
    expect((await ended()).flat().filter((token) => token.hash === hash)).toEqual([]);
    expect(await a().ownership.claim(0)).toEqual([BEA]);
    expect((await ended()).map((tokens) => tokens.filter((token) => token.hash === hash))).toEqual([
      [{ hash, made: BEA }],
      [],
    ]);
  });

  it('try again two minutes after an attempt whose node has ended', async () => {
    const hash = await added(a().browserTokens);
    await a().browserTokens.begin(hash, 'of a dead node');
    await execute(url, `UPDATE browser_tokens SET attempt_at = now() - interval '121 s' WHERE hash = $1`, [hash]);
    expect(await b().browserTokens.begin(hash, 'next')).toBe(true);
    expect(await a().browserTokens.made(hash, 'of a dead node', ANA)).toBe(false);
  });

  it('find an attempt that was committed without an answer', async () => {
    const hash = await added(a().browserTokens);
    expect(await a().browserTokens.begin(hash, 'x')).toBe(true);
    expect(await a().browserTokens.begin(hash, 'x')).toBe(true);
  });

  it('show no session that somebody wrote into their row', async () => {
    const hash = await added(a().browserTokens, ANA);
    await execute(url, 'UPDATE browser_tokens SET session_id = $2 WHERE hash = $1', [hash, BEA]);
    expect(await a().browserTokens.find(hash)).toBeUndefined();
  });

  it('are looked up with one statement at a time, however many ask', async () => {
    const asked: { values: unknown[]; answer: (rows: never[]) => void }[] = [];
    const control = {
      rows: ({ values }: Statement) =>
        new Promise<never[]>((answer) => asked.push({ values: values as unknown[], answer })),
    };
    const parts = { run: nodes[0].node, control, clock: new ManualClock(), vault: plainVault };
    const store = new PostgresBrowserTokens({ send: () => Promise.reject(new Error('unused')) }, parts);
    const first = store.find('first');
    await untilTrue(() => Promise.resolve(asked.length === 1));
    const others = Array.from({ length: 500 }, (_, at) => store.find(`hash ${at % 100}`));
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(asked).toHaveLength(1);
    asked[0]!.answer([]);
    await first;
    await untilTrue(() => Promise.resolve(asked.length === 2));
    expect(asked[1]!.values).toEqual([Array.from({ length: 100 }, (_, at) => `hash ${at}`)]);
    asked[1]!.answer([]);
    expect(new Set(await Promise.all(others))).toEqual(new Set([undefined]));
    expect(asked).toHaveLength(2);
  });

  it('are removed when no node has done so, some time after their end', async () => {
    const [old, recent] = [await added(a().browserTokens), await added(a().browserTokens)];
    await execute(url, `UPDATE browser_tokens SET expires_at = now() - interval '61 min' WHERE hash = $1`, [old]);
    await execute(url, `UPDATE browser_tokens SET expires_at = now() - interval '9 min' WHERE hash = $1`, [recent]);
    await a().prune(HOUR_MS);
    const rows = await execute(url, 'SELECT hash FROM browser_tokens WHERE hash = ANY($1)', [[old, recent]]);
    expect(rows).toEqual([{ hash: recent }]);
  });
});
