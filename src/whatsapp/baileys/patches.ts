import { WA_CERT_DETAILS } from '@whiskeysockets/baileys';
import { TOKEN_MAP } from '@whiskeysockets/baileys/lib/WABinary/constants.js';
import type { WhatsAppSettings } from '../settings.ts';
import { takeTimers } from './connection-timers.ts';
import { routeLibraryDownloads } from './library-downloads.ts';
import { makeKeysQuickly, signQuickly } from './quick-curve.ts';
import { passKeyObjects } from './quick-keys.ts';
import { lockQuickly } from './quick-locks.ts';
import { drawBytesTogether } from './quick-random.ts';
import { stepAtOnce } from './quick-sessions.ts';
import { calculateQuickly } from './quick-signal.ts';
import { silenceLibsignal } from './quiet-libsignal.ts';
import { keepSenderKeysSmall } from './sender-keys.ts';
import { verifyServers } from './server-proof.ts';
import { tryWithoutTrace } from './session-trials.ts';

/** What patches depend on. */
export type PatchOptions = Pick<WhatsAppSettings, 'rootKey'>;

/** A change to an object that the whole process shares. ADR 5 lists the same fields. */
export interface Patch {
  /** The object that is changed. */
  target: string;
  changes: string;
  why: string;
  apply: (options: PatchOptions) => void;
}

/** Every patch of the process. What is changed on a single socket is not here: it ends with the socket. */
export const PATCHES: readonly Patch[] = [
  {
    target: 'node:crypto',
    changes: '`createHmac`, `createCipheriv` and `createDecipheriv` get key objects, not bytes; one for all frames.',
    why: 'Node 24 needs 13 µs for an HMAC with a key in bytes, and 4 µs with a key object; a message takes about ten.',
    apply: once(passKeyObjects),
  },
  {
    target: 'crypto.randomBytes',
    changes: 'A single byte is one of 4,080 that are asked for together.',
    why: 'Baileys asks for one each time that it encrypts a message for a device.',
    apply: once(drawBytesTogether),
  },
  {
    target: 'async-mutex',
    changes: '`runExclusive` is a plain asynchronous function.',
    why: 'It is compiled for an older language; a text passes six locks.',
    apply: once(lockQuickly),
  },
  {
    target: 'curve25519-js',
    changes: '`sign` and `verify` become the compiled ones of `whatsapp-rust-bridge`, which Baileys depends on.',
    why: 'In JavaScript, each takes 10 ms or more, compiled 0.1 ms; each group message is signed and verified.',
    apply: once(signQuickly),
  },
  {
    target: 'libsignal',
    changes: 'HMACs, derived secrets, key pairs and agreements are made by `whatsapp-rust-bridge`.',
    why: 'A message takes seven HMACs of 4 µs in Node, compiled 10 µs in all; a turn of a conversation took 330 µs for its keys.',
    apply: once(calculateQuickly),
  },
  {
    target: 'Curve.generateKeyPair',
    changes: 'Key pairs are those of libsignal, above, without a copy.',
    why: 'The copies are cut out of slabs of 64 kB: the pair that a connection keeps would hold one.',
    apply: once(makeKeysQuickly),
  },
  {
    target: 'Curve.verify',
    changes: 'It answers whether the signature is genuine; `Curve.sharedKey` notes the key that a server uses.',
    why: 'Baileys drops the result, and does not compare the key with the certificates: anybody could be the server.',
    apply: once(verifyServers),
  },
  {
    target: 'SessionCipher.prototype',
    changes:
      'A session that a message does not belong to stays as it was; one that it belongs to keeps the newest chains only.',
    why: 'libsignal steps each session that it tries, and stores them all when one fits: a late message would spoil a new session. And it keeps a chain of each turn forever: after 800 turns, each message took 3 ms.',
    apply: once(tryWithoutTrace),
  },
  {
    target: 'SessionCipher.queueJob',
    changes: 'A step of a ratchet begins at once.',
    why: 'Steps of one account already run one after the other; libsignal queues those of all accounts with the same contact.',
    apply: once(stepAtOnce),
  },
  {
    target: 'sender keys',
    changes: 'Groups get one key after the other, and keys are stored as base64.',
    why: 'Baileys skips every other key and keeps it: after 2,000 messages to a group, each took 30 ms. What it stores of skipped keys it cannot read.',
    apply: once(keepSenderKeysSmall),
  },
  {
    target: 'globalThis.fetch',
    changes: 'Requests that carry our dispatcher are checked, bounded and read in full before Baileys sees the answer.',
    why: 'Baileys downloads histories and app state from any host, with no deadline and no limit, and ignores cut streams.',
    apply: once(routeLibraryDownloads),
  },
  {
    target: 'globalThis.setTimeout',
    changes:
      'It, `setInterval` and what clears both put long timers of a connection on one of Node; intervals end with the connection.',
    why: 'Baileys sets several for each connection as long as that lives, and never clears the one of a cache, which keeps the connection.',
    apply: once(takeTimers),
  },
  {
    target: 'TOKEN_MAP',
    changes: 'It has no prototype.',
    why: 'Baileys looks up texts of strangers in it: the receipt for a message with the id `constructor` breaks the connection.',
    apply: () => {
      Object.setPrototypeOf(TOKEN_MAP, null);
    },
  },
  {
    target: 'console',
    changes: '`info`, `warn` and `error` drop what libsignal prints.',
    why: 'libsignal prints whole sessions with their keys.',
    apply: once(silenceLibsignal),
  },
  {
    target: 'WA_CERT_DETAILS.PUBLIC_KEY',
    changes: 'Replaced by `WHATSAPP_ROOT_KEY` if that is set.',
    why: 'Baileys has no option for the key that certifies servers, and a simulator has its own.',
    apply: ({ rootKey }) => {
      if (rootKey) WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(rootKey);
    },
  },
];

/** `main` calls this once, before anything connects. Another call is harmless: it only sets the root key again. */
export function installPatches(options: PatchOptions): void {
  for (const { apply } of PATCHES) apply(options);
}

/** A patch that wraps what it finds must not wrap it twice. */
function once(apply: () => void): () => void {
  let isApplied = false;
  return () => {
    if (isApplied) return;
    isApplied = true;
    apply();
  };
}
