import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PATCHES } from '../../../src/whatsapp/baileys/patches.ts';
import { CHILD_ENVIRONMENT } from '../../harness/child-environment.ts';

/** Prints for each target whether `main` changed it and whether installing the patches once more changed it again. */
const SCRIPT = `
  import crypto from 'node:crypto';
  import { Curve, WA_CERT_DETAILS } from '@whiskeysockets/baileys';
  import * as group from '@whiskeysockets/baileys/lib/Signal/Group/index.js';
  import { TOKEN_MAP } from '@whiskeysockets/baileys/lib/WABinary/constants.js';
  import { Mutex, Semaphore } from 'async-mutex';
  import curve25519 from 'curve25519-js';
  import { SessionCipher } from 'libsignal';
  import signalCrypto from 'libsignal/src/crypto.js';
  import signalCurve from 'libsignal/src/curve.js';
  import { main } from './src/main.ts';
  import { installPatches } from './src/whatsapp/baileys/patches.ts';
  const look = () => ({
    'node:crypto': [crypto.createHmac, crypto.createCipheriv, crypto.createDecipheriv],
    'crypto.randomBytes': [crypto.randomBytes],
    'async-mutex': [Mutex.prototype.runExclusive, Semaphore.prototype.runExclusive],
    'curve25519-js': [curve25519.sign, curve25519.verify],
    libsignal: [
      ...[signalCrypto.calculateMAC, signalCrypto.deriveSecrets, signalCrypto.verifyMAC],
      ...[signalCurve.generateKeyPair, signalCurve.calculateAgreement],
    ],
    'Curve.generateKeyPair': [Curve.generateKeyPair],
    'Curve.verify': [Curve.verify, Curve.sharedKey],
    'SessionCipher.prototype': [SessionCipher.prototype.doDecryptWhisperMessage],
    'SessionCipher.queueJob': [SessionCipher.prototype.queueJob],
    'sender keys': [
      ...[group.GroupCipher.prototype.encrypt, group.SenderChainKey.prototype.getDerivative],
      ...[group.SenderKeyRecord.deserialize, group.SenderKeyRecord.prototype.serialize],
      group.SenderKeyState.prototype.removeSenderMessageKey,
    ],
    'globalThis.fetch': [globalThis.fetch],
    'globalThis.setTimeout': [globalThis.setTimeout, globalThis.setInterval, globalThis.clearTimeout, globalThis.clearInterval],
    TOKEN_MAP: [Object.getPrototypeOf(TOKEN_MAP)],
    console: [console.info, console.warn, console.error],
    'WA_CERT_DETAILS.PUBLIC_KEY': [Buffer.from(WA_CERT_DETAILS.PUBLIC_KEY).toString('hex')],
  });
  const before = look();
  // A working directory without a .env, so that a developer's settings have no effect.
  process.chdir('/');
  await main();
  const installed = look();
  installPatches({ rootKey: new Uint8Array(32).fill(9) });
  const again = look();
  const isOther = (one, other) => one.every((each, at) => each !== other[at]);
  const rows = Object.keys(before).map((name) => [name, isOther(before[name], installed[name]), isOther(installed[name], again[name])]);
  process.stdout.write(JSON.stringify(rows), () => process.exit());`;

it('are all in place in a process that main started; once more changes nothing but the root key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'patches-'));
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
    encoding: 'utf8',
    env: {
      ...CHILD_ENVIRONMENT,
      PORT: '0',
      LOG_LEVEL: 'silent',
      AUTH_DIR: join(folder, 'auth'),
      DOWNLOADS_DIR: join(folder, 'downloads'),
      WHATSAPP_ROOT_KEY: '7'.repeat(64),
    },
  });
  rmSync(folder, { recursive: true });

  const rows = JSON.parse(output) as unknown[][];
  expect(rows).toEqual(PATCHES.map(({ target }) => [target, true, target === 'WA_CERT_DETAILS.PUBLIC_KEY']));
});
