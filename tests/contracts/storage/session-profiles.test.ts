import { NO_PROFILE, type SessionProfile } from '../../../src/domain/session-profile.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { ANA, BEA, contract, record } from './support.ts';

const SHOP: SessionProfile = {
  ...{
    name: 'Tienda',
    labels: ['vip', 'madrid'],
    metadata: { customer: 4711, note: 'ñ\u0000', open: true, none: null },
  },
  ...{ deviceName: 'Caja 1', proxy: 'socks5://***@proxy.example.com:1080' },
  warmUp: [
    { fromDay: 1, perDay: 3 },
    { fromDay: 8, perDay: null },
  ],
};
const URL = new Secret('socks5://user:secret@proxy.example.com:1080');
const LIMITS = { maxSessions: 0, maxPendingSessions: 100 };
const NOTE = { atMs: 1, what: 'created', why: null } as const;

contract('the profiles of sessions', (startStorage) => {
  it('are stored with a new session, together with its proxy, and read with it, also after a restart', async () => {
    await using db = await startStorage();
    await db.storage.sessions.create(record(ANA, { profile: SHOP }), NOTE, LIMITS, URL);
    await db.storage.sessions.create(record(BEA, { createdAtMs: 2 }), NOTE, LIMITS);
    await db.reopen();
    const { sessions } = db.storage;
    expect(await sessions.all()).toEqual([record(ANA, { profile: SHOP }), record(BEA, { createdAtMs: 2 })]);
    expect(await sessions.some([ANA])).toEqual([record(ANA, { profile: SHOP })]);
    expect(((await sessions.proxyOf(ANA)) as Secret).reveal()).toBe(URL.reveal());
    expect(await sessions.proxyOf(BEA)).toBeUndefined();
    expect(await sessions.routeOf(ANA)).toEqual({ deviceName: 'Caja 1', proxy: URL });
    expect(await sessions.routeOf(BEA)).toEqual({ deviceName: null, proxy: undefined });
  });

  it('have the usual values where an earlier version stored nothing', async () => {
    await using db = await startStorage();
    const stored = {
      name: 'Tienda',
      labels: [],
      metadata: {},
      deviceName: null,
      proxy: null,
    } as unknown as SessionProfile;
    await db.storage.sessions.create(record(ANA, { profile: stored }), NOTE, LIMITS);
    await db.reopen();
    expect(await db.storage.sessions.all()).toEqual([record(ANA, { profile: { ...NO_PROFILE, name: 'Tienda' } })]);
  });

  it('change only where they are written, and the proxy only where it is given', async () => {
    await using db = await startStorage();
    const { sessions } = db.storage;
    await sessions.create(record(ANA, { profile: SHOP }), NOTE, LIMITS, URL);
    const profile = { ...SHOP, name: null, labels: [] };
    await sessions.commit(record(ANA, { phase: 'online', profile }), [], { profile });
    await sessions.commit(record(ANA, { phase: 'lost', profile: NO_PROFILE }), []);
    expect(await sessions.all()).toEqual([record(ANA, { phase: 'lost', profile })]);
    expect(await sessions.proxyOf(ANA)).toBeInstanceOf(Secret);
    await sessions.commit(record(ANA, { profile: NO_PROFILE }), [], { profile: NO_PROFILE, proxy: null });
    expect(await sessions.proxyOf(ANA)).toBeUndefined();
    expect(await sessions.routeOf(ANA)).toEqual({ deviceName: null, proxy: undefined });
    expect(await sessions.all()).toEqual([record(ANA, { profile: NO_PROFILE })]);
  });

  it('go with their session, and with one that hands its device over', async () => {
    await using db = await startStorage();
    const { sessions } = db.storage;
    for (const sessionId of [ANA, BEA]) await sessions.create(record(sessionId, { profile: SHOP }), NOTE, LIMITS, URL);
    const profile = { ...SHOP, name: 'Otra' };
    await sessions.commit(record(ANA, { profile }), [], { deviceOf: BEA, profile, proxy: URL });
    expect(await sessions.all()).toEqual([record(ANA, { profile })]);
    expect(await sessions.proxyOf(BEA)).toBeUndefined();
    await sessions.remove(ANA, []);
    await sessions.create(record(ANA), NOTE, LIMITS);
    expect(await sessions.all()).toEqual([record(ANA)]);
    expect(await sessions.proxyOf(ANA)).toBeUndefined();
  });
});
