import { execFileSync } from 'node:child_process';
import { CHILD_ENVIRONMENT } from '../../harness/child-environment.ts';

/** The process of the tests has our curve, so the original is tested in a process of its own. */
function inAnotherProcess(script: string): unknown {
  const output = execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `
      import { randomBytes } from 'node:crypto';
      import { Curve } from '@whiskeysockets/baileys';
      import curve25519 from 'curve25519-js';
      import * as libsignal from 'libsignal/src/curve.js';
      import { makeKeysQuickly, signQuickly } from './src/whatsapp/baileys/quick-curve.ts';
      const original = { ...curve25519, generateKeyPair: Curve.generateKeyPair };
      signQuickly();
      makeKeysQuickly();
      const { sign, verify } = curve25519;
      const { generateKeyPair } = Curve;
      const print = (value) => process.stdout.write(JSON.stringify(value));
      ${script}`,
    ],
    { encoding: 'utf8', env: CHILD_ENVIRONMENT },
  );
  return JSON.parse(output);
}

it('signs what the original verifies, verifies what the original signs, and refuses what was changed', () => {
  const answers = inAnotherProcess(`
    const counts = { original: 0, quick: 0, changed: 0 };
    for (let size = 0; size < 32; size++) {
      const pair = generateKeyPair();
      const message = randomBytes(size);
      const theirs = original.sign(pair.private, message);
      counts.original += original.verify(pair.public, message, sign(pair.private, message)) ? 1 : 0;
      counts.quick += verify(pair.public, message, theirs) ? 1 : 0;
      theirs[size * 2] ^= 1 << size % 8;
      counts.changed += verify(pair.public, message, theirs) ? 1 : 0;
    }
    print(counts);`);

  expect(answers).toEqual({ original: 32, quick: 32, changed: 0 });
});

it('rejects whatever a stranger sends as a key or a signature, and keeps working', () => {
  const answers = inAnotherProcess(`
    const odd = [Buffer.alloc(32), Buffer.alloc(32, 255), Buffer.alloc(0), Buffer.alloc(31), Buffer.alloc(1000, 7)];
    const message = Buffer.from('hola');
    const valid = () => verify(pair.public, message, sign(pair.private, message));
    const pair = generateKeyPair();
    const accepted = [];
    for (const key of odd)
      for (const signature of [...odd, Buffer.concat([odd[0], odd[0]]), Buffer.concat([odd[1], odd[1]])])
        try {
          if (verify(key, message, signature)) accepted.push([key, signature]);
        } catch {
          // libsignal's callers treat an exception as a rejection.
        }
    print({ accepted: accepted.length, valid: valid() });`);

  expect(answers).toEqual({ accepted: 0, valid: true });
});

it('makes key pairs that agree with those of libsignal, and reaches libsignal and Baileys', () => {
  const answers = inAnotherProcess(`
    const ours = generateKeyPair();
    const theirs = libsignal.generateKeyPair();
    const message = Buffer.from('hola');
    print({
      sizes: [ours.public.length, ours.private.length],
      agree: Curve.sharedKey(ours.private, theirs.pubKey).equals(Curve.sharedKey(theirs.privKey, ours.public)),
      isReplaced: [sign !== original.sign, verify !== original.verify, generateKeyPair !== original.generateKeyPair],
      verified: original.verify(ours.public, message, libsignal.calculateSignature(ours.private, message)),
    });`);

  expect(answers).toEqual({ sizes: [32, 32], agree: true, isReplaced: [true, true, true], verified: true });
});
