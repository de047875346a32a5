import { execFileSync } from 'node:child_process';
import {
  type CipherGCM,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  KeyObject,
  randomBytes,
} from 'node:crypto';
import fc from 'fast-check';
import { withKeyObject } from '../../../src/whatsapp/baileys/quick-keys.ts';

const bytes = fc.uint8Array({ maxLength: 200 });

describe('a function that takes a secret key', () => {
  it('treats bytes of any length as Node does', () => {
    fc.assert(
      fc.property(bytes, bytes, (key, data) => {
        const quick = withKeyObject(createHmac as never)('sha256', key) as ReturnType<typeof createHmac>;
        expect(quick.update(data).digest()).toEqual(createHmac('sha256', key).update(data).digest());
      }),
    );
  });

  it('passes its other arguments on', () => {
    const [key, iv, data] = [randomBytes(32), randomBytes(12), Buffer.from('hola')];
    const cipher = withKeyObject(createCipheriv as never)('aes-256-gcm', key, ...([iv] as never[])) as CipherGCM;
    const sealed = Buffer.concat([cipher.update(data), cipher.final()]);
    const decipher = createDecipheriv('aes-256-gcm', key, iv).setAuthTag(cipher.getAuthTag());
    expect(Buffer.concat([decipher.update(sealed), decipher.final()])).toEqual(data);
  });

  it('makes one key object of the key of frames, until its bytes are others', () => {
    const given: unknown[] = [];
    const make = withKeyObject((_: string, key: unknown) => given.push(key));
    const key = randomBytes(32);

    for (const algorithm of ['aes-256-gcm', 'aes-256-gcm', 'aes-256-cbc']) make(algorithm, key);
    key.fill(1);
    make('aes-256-gcm', key);

    const [first, second, third, other] = given as KeyObject[];
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(other?.export()).toEqual(Buffer.alloc(32, 1));
  });

  it('leaves texts and key objects as they are', () => {
    const given: unknown[] = [];
    const make = withKeyObject((_: string, key: unknown) => given.push(key));
    const secret = createSecretKey(Buffer.from('clave'));

    for (const key of ['clave', secret, Buffer.from('clave')]) make('sha256', key);

    expect(given[0]).toBe('clave');
    expect(given[1]).toBe(secret);
    expect(given[2]).toBeInstanceOf(KeyObject);
  });
});

it('reaches modules that imported the functions before, in every way there is, and refuses what Node refuses', () => {
  const script = `
    import { createHmac } from 'node:crypto';
    import { createRequire } from 'node:module';
    import { passKeyObjects } from './src/whatsapp/baileys/quick-keys.ts';
    const required = createRequire(import.meta.url)('crypto');
    const before = createHmac;
    const expected = before('sha256', Buffer.from('k')).update('x').digest('hex');
    passKeyObjects();
    const now = [createHmac, required.createHmac];
    const { createCipheriv } = await import('crypto');
    let refusal;
    try { createCipheriv('aes-256-gcm', Buffer.alloc(3), Buffer.alloc(12)); } catch (error) { refusal = error.code; }
    process.stdout.write(JSON.stringify([
      now.every((each) => each !== before),
      now.every((each) => each('sha256', Buffer.from('k')).update('x').digest('hex') === expected),
      refusal,
    ]));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  expect(JSON.parse(output)).toEqual([true, true, 'ERR_CRYPTO_INVALID_KEYLEN']);
});
