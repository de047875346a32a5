import { ANA, BEA, contract } from './support.ts';

contract('the Signal keys', (startStorage) => {
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

  it('of one call are stored together or not at all', async () => {
    await using db = await startStorage();
    const changes = [
      { type: 'session', id: '1', value: 'one' },
      { type: 'session', id: undefined as unknown as string, value: 'two' },
    ];
    await expect(db.storage.signalKeys.set(ANA, changes)).rejects.toThrow();
    expect(await db.storage.signalKeys.get(ANA, 'session', ['1'])).toEqual(new Map());
  });

  it('are found at once, before they are durable', async () => {
    await using db = await startStorage();
    const storing = db.storage.signalKeys.set(ANA, [{ type: 'session', id: '1', value: 'one' }]);
    expect(await db.storage.signalKeys.get(ANA, 'session', ['1'])).toEqual(new Map([['1', 'one']]));
    await storing;
  });

  it('and the credentials survive a restart, and are forgotten together', async () => {
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
