import { execFileSync } from 'node:child_process';
import { CHILD_ENVIRONMENT } from '../../harness/child-environment.ts';

/** The process of the tests has our functions, so the originals are compared in a process of their own. */
function inAnotherProcess(script: string): unknown {
  const output = execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `
      import { randomBytes } from 'node:crypto';
      import signalCrypto from 'libsignal/src/crypto.js';
      import signalCurve from 'libsignal/src/curve.js';
      import { calculateQuickly } from './src/whatsapp/baileys/quick-signal.ts';
      const original = { ...signalCrypto, ...signalCurve };
      calculateQuickly();
      const quick = { ...signalCrypto, ...signalCurve };
      // What a call returns, or the error that it throws.
      const outcome = (call) => {
        try {
          return JSON.stringify(call()) ?? 'accepted';
        } catch (error) {
          return error.name + ': ' + error.message;
        }
      };
      const differing = [];
      const compare = (name, ...args) => {
        const [before, after] = [original, quick].map((functions) => outcome(() => functions[name](...args)));
        if (before !== after) differing.push([name, args.map(String), before, after]);
        return before;
      };
      const seen = new Set();
      const odd = [undefined, null, '', 'text', 7, {}, [], new Uint8Array(32)];
      console.error = () => undefined;
      ${script}
      process.stdout.write(JSON.stringify({ differing, seen: [...seen].sort() }));`,
    ],
    { encoding: 'utf8', env: CHILD_ENVIRONMENT },
  );
  return JSON.parse(output);
}

it('calculates and compares MACs as libsignal does, and refuses what it refuses', () => {
  const answers = inAnotherProcess(`
    for (let size = 0; size < 150; size++) {
      for (const key of [randomBytes(32), randomBytes(size)]) {
        const data = randomBytes(size * 3);
        const mac = Buffer.from(original.calculateMAC(key, data));
        compare('calculateMAC', key, data);
        for (const length of [0, 8, 10, 32, 33]) seen.add(compare('verifyMAC', data, key, mac.subarray(0, length), 8));
        mac[size % 8] ^= 1 << size % 7;
        seen.add(compare('verifyMAC', data, key, mac.subarray(0, 8), 8));
      }
    }
    for (const value of odd) {
      compare('calculateMAC', randomBytes(32), value);
      compare('calculateMAC', value, Buffer.from('data'));
    }`);

  expect(answers).toEqual({ differing: [], seen: ['Error: Bad MAC', 'Error: Bad MAC length', 'accepted'] });
});

it('derives secrets as libsignal does, and refuses what it refuses', () => {
  const answers = inAnotherProcess(`
    const infos = ['WhisperText', 'WhisperRatchet', 'WhisperMessageKeys', 'WhisperGroup', '', 'ñandú', 'other'];
    for (let size = 0; size < 200; size++) {
      for (const info of infos) {
        for (const chunks of [undefined, 0, 1, 2, 3]) {
          compare('deriveSecrets', randomBytes(size), randomBytes(32), Buffer.from(info), chunks);
        }
      }
      compare('deriveSecrets', randomBytes(32), randomBytes(size), Buffer.from('WhisperText'), 2);
    }
    for (const value of odd) {
      compare('deriveSecrets', value, randomBytes(32), Buffer.from('WhisperText'));
      compare('deriveSecrets', randomBytes(32), value, Buffer.from('WhisperText'));
      compare('deriveSecrets', randomBytes(32), randomBytes(32), value);
    }
    for (const chunks of [-1, 1.5, 4, NaN, '2']) {
      compare('deriveSecrets', randomBytes(32), randomBytes(32), Buffer.from('WhisperText'), chunks);
    }
    // What was derived stays as it is while more is derived.
    const kept = quick.deriveSecrets(Buffer.alloc(32, 1), Buffer.alloc(32), Buffer.from('WhisperGroup'));
    const before = kept.map(String);
    for (let at = 0; at < 100; at++) quick.deriveSecrets(randomBytes(32), randomBytes(32), Buffer.from('WhisperGroup'));
    if (kept.some((each, at) => String(each) !== before[at])) differing.push('kept');`);

  expect(answers).toEqual({ differing: [], seen: [] });
});

it('makes keys that agree as those of libsignal do, and refuses what it refuses', () => {
  const answers = inAnotherProcess(`
    for (let at = 0; at < 50; at++) {
      const [ours, theirs] = [quick.generateKeyPair(), original.generateKeyPair()];
      for (const [one, other] of [[ours, theirs], [theirs, ours]]) compare('calculateAgreement', one.pubKey, other.privKey);
      compare('calculateAgreement', Buffer.concat([Buffer.from([5]), randomBytes(32)]), randomBytes(32));
      compare('calculateAgreement', randomBytes(32), ours.privKey);
      const signature = original.calculateSignature(ours.privKey, randomBytes(at));
      seen.add(ours.pubKey.length + ' ' + ours.pubKey[0] + ' ' + ours.privKey.length + ' ' + signature.length);
      if (!original.getPublicFromPrivateKey(ours.privKey).equals(ours.pubKey)) differing.push('public key');
    }
    const { pubKey, privKey } = original.generateKeyPair();
    // Points that lead to the same secret for everybody, and others that are none.
    const order8 = 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800';
    const points = ['00'.repeat(32), '01' + '00'.repeat(31), order8, 'ff'.repeat(32), 'ed' + 'ff'.repeat(30) + '7f'];
    for (const point of points) compare('calculateAgreement', Buffer.from('05' + point, 'hex'), privKey);
    for (const type of [0, 4, 255]) compare('calculateAgreement', Buffer.concat([Buffer.from([type]), randomBytes(32)]), privKey);
    for (const size of [0, 1, 31, 32, 34, 65]) {
      compare('calculateAgreement', randomBytes(size), privKey);
      compare('calculateAgreement', pubKey, randomBytes(size));
    }
    for (const value of odd) {
      compare('calculateAgreement', value, privKey);
      compare('calculateAgreement', pubKey, value);
    }`);

  expect(answers).toEqual({ differing: [], seen: ['33 5 32 64'] });
});
