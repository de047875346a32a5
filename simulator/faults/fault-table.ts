import type { FaultEntry } from './fault-options.ts';

const PER_ACCOUNT = ['number', 'times'] as const;
const PER_QUERY = [...PER_ACCOUNT, 'xmlns'] as const;

/**
 * All faults. To add one, add a row here, and either call `Faults.take` where it happens or add an action to
 * `immediate-faults.ts`.
 */
export const FAULTS = {
  'wrong-hmac': {
    meaning: 'The device identity is not sealed with the secret in the QR; clients refuse it.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'wrong-account-signature': {
    meaning: 'The account signature is one byte short; clients refuse it.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'foreign-account-signature': {
    meaning:
      'The account signature is made with another key. Baileys 7.0.0-rc14 does not notice: its Curve.verify ignores the result.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'refresh-on-pairing': {
    meaning: 'Every client that shows a QR is immediately asked for a new adv secret (companion_reg_refresh).',
    kind: 'standing',
    options: ['times'],
  },
  'refuse-pairing-code': {
    meaning: 'A client that requests a pairing code for the number gets <error code>.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'code'],
    required: ['code'],
  },
  'refresh-pairing-code': {
    meaning: 'When a code is typed, the client is asked to show another one (stage refresh_code).',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'incomplete-primary-hello': {
    meaning: "When a code is typed, the client gets a primary_hello without the phone's key.",
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'silent-after-code': {
    meaning: 'After a code is typed and the client has finished, the phone stays silent.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'refuse-upgrade': {
    meaning: 'The WebSocket upgrade is answered with the HTTP status `code` (503), and the TCP connection is closed.',
    kind: 'standing',
    options: ['times', 'code'],
    isHttp: true,
  },
  'silent-handshake': {
    meaning: 'The client hello of the Noise handshake is not answered.',
    kind: 'standing',
    options: ['times'],
  },
  'foreign-root': {
    meaning: "The certificates of the Noise handshake are signed by a root key that is not WhatsApp's.",
    kind: 'standing',
    options: ['times'],
  },
  'stolen-certificates': {
    meaning: "The Noise handshake shows WhatsApp's certificates, but uses another key than that in them.",
    kind: 'standing',
    options: ['times'],
  },
  'no-resumption': {
    meaning: 'A Noise handshake that resumes (IK) is declined: the server falls back to a full one (XXfallback).',
    kind: 'standing',
    options: ['times'],
  },
  'foreign-pre-key': {
    meaning: 'Key bundles of the account have a signed pre-key that somebody else made and signed.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'failure-at-login': {
    meaning:
      'A login is answered with <failure reason>; a ban (402) may also carry a `code` and an `expire` in seconds.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'reason', 'code', 'expire'],
    required: ['reason'],
  },
  'require-version': {
    meaning: 'Clients older than the current revision get <failure reason="405">.',
    kind: 'standing',
    options: ['times'],
  },
  'no-success': {
    meaning: 'A login is not answered.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'no-offline-end': {
    meaning: 'Waiting stanzas are sent at a login, but the <ib><offline/></ib> that ends them is not.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'no-answer': {
    meaning: 'Queries (iq stanzas, of the namespace `xmlns` or all) are neither handled nor answered.',
    kind: 'standing',
    options: PER_QUERY,
  },
  'error-answer': {
    meaning: 'Queries (iq stanzas, of the namespace `xmlns` or all) are not handled but answered with <error code>.',
    kind: 'standing',
    options: [...PER_QUERY, 'code'],
    required: ['code'],
  },
  'slow-answers': {
    meaning: 'Queries are handled at once, but answered `ms` milliseconds later.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'ms'],
    required: ['ms'],
  },
  'message-error': {
    meaning: 'A message from a client is acknowledged with the error `code` and not delivered.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'code'],
    required: ['code'],
  },
  'no-message-ack': {
    meaning: 'A message from a client is delivered but not acknowledged.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'lose-receipts': {
    meaning: 'Receipts from a client are lost, so the messages are delivered again at its next login.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'duplicate-delivery': {
    meaning: 'A message to a client is sent twice, with the same ciphertext and the same id.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'used-message-key': {
    meaning: 'A message to a client is sent, then its ciphertext once more under another id.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'reordered-delivery': {
    meaning: 'A message to a client is sent after the next one; if none follows, it is sent 100 ms later.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'corrupt-message': {
    meaning: 'The ciphertext of a message to a client is corrupted; the client asks for it to be encrypted again.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'cut-after-messages': {
    meaning: 'A connection is cut after `count` more messages to the account, or to any account.',
    kind: 'standing',
    options: ['number', 'count'],
    required: ['count'],
    lasts: 'count',
  },
  'cut-at-byte': {
    meaning: 'A connection is cut after `bytes` more bytes to the account, or to any account, even within a frame.',
    kind: 'standing',
    options: ['number', 'bytes'],
    required: ['bytes'],
    lasts: 'bytes',
  },
  'compressed-frames': {
    meaning: 'What the server sends is compressed (zlib).',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'split-frames': {
    meaning: 'The server splits what it sends into WebSocket messages of `bytes` bytes.',
    kind: 'standing',
    options: ['bytes'],
    required: ['bytes'],
  },
  'app-state-empty': {
    meaning: 'A client that asks for app state gets a result without any collection.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'app-state-bad-mac': {
    meaning: 'A collection of app state has a wrong MAC: its snapshot, or each of its patches.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'app-state-endless': {
    meaning: 'A collection of app state always has more patches.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'media-status': {
    meaning: 'A download is answered with the HTTP status `code`, whether the file exists or not.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'code'],
    required: ['code'],
    isHttp: true,
  },
  'media-gone': {
    meaning:
      'A file is removed at its first download: downloads are answered with `code` (404) until it is uploaded again.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'code'],
    isHttp: true,
  },
  'media-cut': {
    meaning: 'A download is cut after `bytes` bytes, by default in the middle of the file.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'bytes'],
  },
  'media-corrupt': {
    meaning: 'One bit in the middle of a download is flipped, so its hash and MAC are wrong.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'media-slow': {
    meaning: 'A download arrives in chunks of `bytes` bytes (16384), each after `ms` milliseconds.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'ms', 'bytes'],
    required: ['ms'],
  },
  'media-held': {
    meaning: 'Downloads and uploads are accepted, but not answered before the faults are cleared.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'media-endless': {
    meaning: 'A download has no length, and zeros follow the file without end.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'upload-status': {
    meaning: 'An upload is answered with the HTTP status `code`.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'code'],
    required: ['code'],
    isHttp: true,
  },
  'upload-cut': {
    meaning: 'The connection of an upload is cut after `bytes` bytes, by default after the first.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'bytes'],
  },
  'no-media-retry': {
    meaning: 'A phone that is asked to upload the file of a message again does not answer.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  cut: {
    meaning: 'The connections of an account, or all connections, are cut now, without a close frame.',
    kind: 'immediate',
    options: ['number'],
  },
  'silent-line': {
    meaning:
      'The connections of an account, or all connections, stay open but are dead from now on: nothing is read or sent.',
    kind: 'immediate',
    options: ['number'],
  },
  'bad-frame': {
    meaning: 'The connections of an account, or all connections, get a frame now that cannot be decrypted.',
    kind: 'immediate',
    options: ['number'],
  },
  'odd-stanza': {
    meaning:
      'The connections of an account, or all connections, get stanzas now that lack required attributes and children.',
    kind: 'immediate',
    options: ['number'],
  },
  downgrade: {
    meaning:
      'The connections of an account, or all connections, are notified now that the account is not multi-device.',
    kind: 'immediate',
    options: ['number'],
  },
  'stream-error': {
    meaning:
      'The connections of an account, or all connections, get <stream:error code> now and are closed; `condition` adds a conflict or an ack.',
    kind: 'immediate',
    options: ['number', 'code', 'condition'],
  },
  'low-pre-keys': {
    meaning: 'The linked devices run out of one-time keys now: they are notified, and count none at their next login.',
    kind: 'immediate',
    options: ['number'],
  },
} as const satisfies Record<string, FaultEntry>;

/** A name of {@link FAULTS}. */
export type FaultName = keyof typeof FAULTS;

/** Whether `name` is one of {@link FAULTS}. */
export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}
