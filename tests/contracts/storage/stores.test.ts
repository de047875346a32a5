import { ANA, BEA, news, startStorage } from './support.ts';

const DAY_MS = 24 * 3600_000;
const ANSWER = { requestHash: 'hash', status: 200, body: '{"success":true}' };
const MESSAGE = { messageId: 'M1', to: '1@g.us', toNumber: null, content: new Uint8Array([0, 255, 7]) };

describe('sent messages', () => {
  it('come back byte for byte, per session, with what became of them', async () => {
    await using db = await startStorage();
    await db.storage.sentMessages.add(ANA, MESSAGE);
    await db.storage.sentMessages.progress(ANA, 'M1', 'delivered', news(ANA, 'a1'));
    await db.reopen();
    expect(await db.storage.sentMessages.find(ANA, 'M1')).toEqual({
      ...MESSAGE,
      status: 'delivered',
      sentAtMs: db.clock.now(),
    });
    expect(await db.storage.sentMessages.find(BEA, 'M1')).toBeUndefined();
    expect(await db.drain(ANA)).toEqual(['1 a1']);
  });

  it('change together with the event that tells of it, or not at all', async () => {
    await using db = await startStorage();
    await db.storage.sentMessages.add(ANA, MESSAGE);
    const broken = { ...news(ANA, 'a1'), webhookId: null as unknown as string };
    await expect(db.storage.sentMessages.progress(ANA, 'M1', 'read', broken)).rejects.toThrow();
    expect(await db.storage.sentMessages.find(ANA, 'M1')).toMatchObject({ status: 'pending' });
    expect(await db.next(ANA)).toBeUndefined();
  });

  it('that are added again keep what is known of them', async () => {
    await using db = await startStorage();
    await db.storage.sentMessages.add(ANA, MESSAGE);
    await db.storage.sentMessages.progress(ANA, 'M1', 'sent', news(ANA, 'a1'));
    await db.storage.sentMessages.add(ANA, MESSAGE);
    expect(await db.storage.sentMessages.find(ANA, 'M1')).toMatchObject({ status: 'sent' });
  });

  it('are kept for two weeks', async () => {
    await using db = await startStorage();
    await db.storage.sentMessages.add(ANA, MESSAGE);
    await db.clock.advance(14 * DAY_MS);
    await db.storage.prune(DAY_MS);
    expect(await db.storage.sentMessages.find(ANA, 'M1')).toBeDefined();
    await db.clock.advance(1);
    await db.storage.prune(DAY_MS);
    expect(await db.storage.sentMessages.find(ANA, 'M1')).toBeUndefined();
  });
});

describe('answers under an idempotency key', () => {
  it('are found in their scope, also after a restart; the first stays', async () => {
    await using db = await startStorage();
    await db.storage.idempotency.save('scope', 'key', ANSWER);
    await db.storage.idempotency.save('scope', 'key', { ...ANSWER, status: 500 });
    await db.reopen();
    expect(await db.storage.idempotency.find('scope', 'key')).toEqual(ANSWER);
    expect(await db.storage.idempotency.find('other', 'key')).toBeUndefined();
  });

  it('are forgotten after a day, and the key is free again', async () => {
    await using db = await startStorage();
    await db.storage.idempotency.save('scope', 'key', ANSWER);
    await db.clock.advance(DAY_MS - 1);
    await db.storage.prune(DAY_MS);
    expect(await db.storage.idempotency.find('scope', 'key')).toEqual(ANSWER);
    await db.clock.advance(1);
    expect(await db.storage.idempotency.find('scope', 'key')).toBeUndefined();
    await db.storage.idempotency.save('scope', 'key', { ...ANSWER, status: 201 });
    expect(await db.storage.idempotency.find('scope', 'key')).toEqual({ ...ANSWER, status: 201 });
  });

  it('are removed by prune after a day', async () => {
    await using db = await startStorage();
    await db.storage.idempotency.save('scope', 'key', ANSWER);
    await db.clock.advance(DAY_MS);
    await db.storage.prune(DAY_MS);
    await db.clock.advance(-DAY_MS);
    expect(await db.storage.idempotency.find('scope', 'key')).toBeUndefined();
  });
});

describe('settings', () => {
  it('survive a restart, the last value of each', async () => {
    await using db = await startStorage();
    await db.storage.settings.set('download-media', 'true');
    await db.storage.settings.set('download-media', 'false');
    await db.reopen();
    expect(await db.storage.settings.get('download-media')).toBe('false');
    expect(await db.storage.settings.get('unknown')).toBeUndefined();
  });
});

describe('signal keys', () => {
  it('are stored, replaced and removed by type and id', async () => {
    await using db = await startStorage();
    const { signalKeys } = db.storage;
    await signalKeys.set(ANA, [
      { type: 'session', id: '1', value: 'one' },
      { type: 'session', id: '2', value: 'two' },
      { type: 'pre-key', id: '1', value: 'other' },
    ]);
    await signalKeys.set(ANA, [
      { type: 'session', id: '1', value: 'uno' },
      { type: 'session', id: '2', value: null },
    ]);
    expect(await signalKeys.get(ANA, 'session', ['1', '2', '3'])).toEqual(new Map([['1', 'uno']]));
    expect(await signalKeys.get(ANA, 'pre-key', ['1'])).toEqual(new Map([['1', 'other']]));
    expect(await signalKeys.get(BEA, 'session', ['1'])).toEqual(new Map());
  });

  it('of one set are stored together or not at all', async () => {
    await using db = await startStorage();
    const changes = [
      { type: 'session', id: '1', value: 'one' },
      { type: 'session', id: undefined as unknown as string, value: 'two' },
    ];
    await expect(db.storage.signalKeys.set(ANA, changes)).rejects.toThrow();
    expect(await db.storage.signalKeys.get(ANA, 'session', ['1'])).toEqual(new Map());
  });

  it('and credentials survive a restart and are forgotten together', async () => {
    await using db = await startStorage();
    await db.storage.signalKeys.saveCredentials(ANA, 'first');
    await db.storage.signalKeys.saveCredentials(ANA, 'creds');
    await db.storage.signalKeys.set(ANA, [{ type: 'session', id: '1', value: 'one' }]);
    await db.reopen();
    expect(await db.storage.signalKeys.credentials(ANA)).toBe('creds');
    await db.storage.signalKeys.forget(ANA);
    expect(await db.storage.signalKeys.credentials(ANA)).toBeUndefined();
    expect(await db.storage.signalKeys.get(ANA, 'session', ['1'])).toEqual(new Map());
  });
});
