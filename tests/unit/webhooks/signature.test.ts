import { createHash } from 'node:crypto';
import { signingKeys, webhookHeaders } from '../../../src/webhooks/signature.ts';
import { Secret } from '../../../src/kit/secret.ts';

const CONTENT = { webhookId: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' };

/** HMAC as RFC 2104 defines it, from the bare hash. */
function hmacSha256(key: Buffer, text: string): Buffer {
  const sha = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  const block = Buffer.alloc(64);
  (key.length > 64 ? sha(key) : key).copy(block);
  const inner = sha(block.map((byte) => byte ^ 0x36) as Buffer, Buffer.from(text));
  return sha(block.map((byte) => byte ^ 0x5c) as Buffer, inner);
}

function headers(secret: string | null, content = CONTENT): Record<string, string> {
  return webhookHeaders(content, signingKeys(secret === null ? null : new Secret(secret)));
}

function expected(key: Buffer, { webhookId, timestamp, body } = CONTENT): string {
  return `v1,${hmacSha256(key, `${webhookId}.${timestamp}.${body}`).toString('base64')}`;
}

describe('the signature', () => {
  it('is that of the specification’s own example', () => {
    expect(headers('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('uses the decoded key of a whsec_ secret', () => {
    const key = Buffer.from('a key of some bytes');
    expect(headers(`whsec_${key.toString('base64')}`)['webhook-signature']).toBe(expected(key));
  });

  it('uses any other secret as it is, over the bytes of the body', () => {
    const content = { ...CONTENT, body: '{"a":"ñandú ¿cómo? 🦙"}' };
    expect(headers('just-text', content)['webhook-signature']).toBe(expected(Buffer.from('just-text'), content));
  });

  it.each(['one two', 'one,two', ' one, two ,'])('is repeated for each secret during a rotation: %p', (secrets) => {
    const both = `${expected(Buffer.from('one'))} ${expected(Buffer.from('two'))}`;
    expect(headers(secrets)['webhook-signature']).toBe(both);
  });

  it('is left out without a secret; id and timestamp are there', () => {
    const { webhookId } = CONTENT;
    expect(headers(null)).toEqual({ 'webhook-id': webhookId, 'webhook-timestamp': '1614265330' });
  });

  it.each(['whsec_', 'whsec_not*base64'])('rejects the secret %p without showing it', (secret) => {
    expect(() => headers(secret)).toThrow(/^CALLBACK_SECRET: the part after whsec_ must be base64\.$/);
  });
});
