import type { ApiKey } from '../../../src/domain/access.ts';
import { ANA, BEA, contract } from './support.ts';

const DAY_MS = 24 * 3600_000;
const ANSWER = { requestHash: 'hash', status: 200, body: '{"success":true}' };

contract('the answers under an idempotency key', (startStorage) => {
  it('are found in their scope, also after a restart; the first one stays', async () => {
    await using db = await startStorage();
    await db.storage.idempotency.save('scope', 'key', ANSWER);
    await db.storage.idempotency.save('scope', 'key', { ...ANSWER, status: 500 });
    await db.reopen();
    expect(await db.storage.idempotency.find('scope', 'key')).toEqual(ANSWER);
    expect(await db.storage.idempotency.find('other', 'key')).toBeUndefined();
  });

  it('expire after a day, and the key is free again', async () => {
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

  it('are pruned after a day', async () => {
    await using db = await startStorage();
    await db.storage.idempotency.save('scope', 'key', ANSWER);
    await db.clock.advance(DAY_MS);
    await db.storage.prune(DAY_MS);
    db.clock.set(-DAY_MS);
    expect(await db.storage.idempotency.find('scope', 'key')).toBeUndefined();
  });
});

contract('the message id under an idempotency key', (startStorage) => {
  const REQUEST = { requestHash: 'hash', messageId: 'M1' };

  it('is the first one of the same request, also after a restart', async () => {
    await using db = await startStorage();
    expect(await db.storage.idempotency.reserve('scope', 'key', REQUEST)).toBe('M1');
    await db.reopen();
    const { idempotency } = db.storage;
    expect(await idempotency.reserve('scope', 'key', { ...REQUEST, messageId: 'M2' })).toBe('M1');
    expect(await idempotency.reserve('other', 'key', { ...REQUEST, messageId: 'M3' })).toBe('M3');
    expect(await idempotency.reserve('scope', 'key', { requestHash: 'another', messageId: 'M4' })).toBe('M4');
    expect(await idempotency.reserve('scope', 'key', { ...REQUEST, messageId: 'M5' })).toBe('M5');
  });

  it('expires after a day', async () => {
    await using db = await startStorage();
    const { idempotency } = db.storage;
    await idempotency.reserve('scope', 'key', REQUEST);
    await db.clock.advance(DAY_MS - 1);
    await db.storage.prune(DAY_MS);
    expect(await idempotency.reserve('scope', 'key', { ...REQUEST, messageId: 'M2' })).toBe('M1');
    await db.clock.advance(1);
    expect(await idempotency.reserve('scope', 'key', { ...REQUEST, messageId: 'M2' })).toBe('M2');
  });
});

contract('the settings', (startStorage) => {
  it('survive a restart, each with its latest value', async () => {
    await using db = await startStorage();
    await db.storage.settings.set('download-media', 'true');
    await db.storage.settings.set('download-media', 'false');
    await db.reopen();
    expect(await db.storage.settings.get('download-media')).toBe('false');
    expect(await db.storage.settings.get('unknown')).toBeUndefined();
  });

  it('keep the first of two values that are only set if there is none', async () => {
    await using db = await startStorage();
    const { settings } = db.storage;

    expect(await Promise.all([settings.setIfMissing('pepper', 'a'), settings.setIfMissing('pepper', 'b')])).toEqual([
      'a',
      'a',
    ]);
    expect(await settings.get('pepper')).toBe('a');
  });
});

contract('the API keys', (startStorage) => {
  const key = (keyId: string, fields: Partial<ApiKey> = {}): ApiKey => ({
    ...{ keyId, name: 'of the shop', hash: `hash of ${keyId}`, scopes: ['messages:send'], sessions: null },
    ...{ createdAtMs: 1, ...fields },
  });

  it('survive a restart, the oldest first, until they are removed', async () => {
    await using db = await startStorage();
    const newer = key('a', { scopes: ['sessions:read', 'admin'], sessions: [ANA, BEA], createdAtMs: 2 });
    await db.storage.apiKeys.add(newer);
    await db.storage.apiKeys.add(key('b', { limits: { recipients: ['5491234567890'], approval: true } }));
    await db.reopen();
    const limited = key('b', { limits: { recipients: ['5491234567890'], approval: true } });
    expect(await db.storage.apiKeys.all()).toEqual([limited, newer]);

    await db.storage.apiKeys.remove('b');
    expect(await db.storage.apiKeys.all()).toEqual([newer]);
  });
});

contract('the disk', (startStorage) => {
  it('is checked without a trace', async () => {
    await using db = await startStorage();
    await db.storage.settings.set('one', '1');
    await expect(db.storage.check()).resolves.toBeUndefined();
    expect(await db.storage.settings.get('one')).toBe('1');
  });
});
