import { BufferJSON, Curve, proto } from '@whiskeysockets/baileys';
import fc from 'fast-check';
import { decodeKey, encodeKey } from '../../../src/whatsapp/signal/key-codec.ts';

const half = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));

describe('an encoded key', () => {
  it('is decoded unchanged: pre-keys', () => {
    fc.assert(
      fc.property(fc.record({ private: half, public: half }), (pair) => {
        const text = encodeKey('pre-key', pair);
        expect(text).toHaveLength(88);
        expect(decodeKey('pre-key', text)).toEqual(pair);
      }),
    );
  });

  it('is decoded even when a pre-key was encoded like all other keys', () => {
    const pair = Curve.generateKeyPair();
    expect(decodeKey('pre-key', JSON.stringify(pair, BufferJSON.replacer))).toEqual(pair);
  });

  it('loses nothing of a pre-key of another shape', () => {
    const odd = { private: Buffer.from([1]), public: Buffer.from([2]), more: 'x' };
    expect(decodeKey('pre-key', encodeKey('pre-key', odd))).toEqual(odd);
  });

  it('keeps the bytes in other keys, and their classes', () => {
    const session = { _sessions: { a: { registrationId: 7, currentRatchet: { rootKey: 'aa==' } } }, version: 'v1' };
    expect(decodeKey('session', encodeKey('session', session))).toEqual(session);
    const key = proto.Message.AppStateSyncKeyData.fromObject({ keyData: Buffer.from('clave') });
    const read = decodeKey('app-state-sync-key', encodeKey('app-state-sync-key', key));
    expect(read).toBeInstanceOf(proto.Message.AppStateSyncKeyData);
    expect(read).toEqual(key);
  });
});
