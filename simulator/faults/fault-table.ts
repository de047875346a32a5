import { type FaultEntry } from './fault-options.ts';

const PER_ACCOUNT = ['number', 'times'] as const;
const PER_QUERY = [...PER_ACCOUNT, 'xmlns'] as const;

/**
 * Everything that can be made to go wrong. A new fault is a row here, and a place that asks `Faults.take` for it, or an
 * action in `immediate-faults.ts`.
 */
export const FAULTS = {
  'wrong-hmac': {
    meaning: 'The device identity is not sealed with the secret of the QR; clients refuse it.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'wrong-account-signature': {
    meaning: 'The account signature is a byte short; clients refuse it.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'foreign-account-signature': {
    meaning:
      'The account signature is by another key. Baileys 7.0.0-rc14 does not notice: its Curve.verify ignores the result.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'refresh-on-pairing': {
    meaning: 'Every client that shows a QR is at once asked for a new adv secret (companion_reg_refresh).',
    kind: 'standing',
    options: ['times'],
  },
  'refuse-pairing-code': {
    meaning: 'A client that shows a code for the number is answered with <error code>.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'code'],
    required: ['code'],
  },
  'refresh-pairing-code': {
    meaning: 'When a code is typed, the client is told to show another one (stage refresh_code).',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'incomplete-primary-hello': {
    meaning: 'When a code is typed, the client is sent a primary_hello without the key of the phone.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'silent-after-code': {
    meaning: 'When a code is typed, the phone says nothing any more after the client has finished.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'refuse-upgrade': {
    meaning: 'The WebSocket upgrade is answered with `code` (503) and the TCP connection closed.',
    kind: 'standing',
    options: ['times', 'code'],
    isHttp: true,
  },
  'silent-handshake': {
    meaning: 'The client hello of the Noise handshake is not answered.',
    kind: 'standing',
    options: ['times'],
  },
  'failure-at-login': {
    meaning:
      'A login is answered with <failure reason>; a ban (402) may also have a `code` and an `expire` in seconds.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'reason', 'code', 'expire'],
    required: ['reason'],
  },
  'require-version': {
    meaning: 'Who connects with an older version than the current client revision gets <failure reason="405">.',
    kind: 'standing',
    options: ['times'],
  },
  'no-success': {
    meaning: 'A login is not answered at all.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'no-offline-end': {
    meaning: 'What waited is sent at a login, but the <ib><offline/></ib> that ends it never comes.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'no-answer': {
    meaning: 'A query (an iq, of `xmlns` or any) is neither handled nor answered.',
    kind: 'standing',
    options: PER_QUERY,
  },
  'error-answer': {
    meaning: 'A query (an iq, of `xmlns` or any) is not handled, and answered with <error code>.',
    kind: 'standing',
    options: [...PER_QUERY, 'code'],
    required: ['code'],
  },
  'slow-answers': {
    meaning: 'Queries are handled at once, but their answers come `ms` later.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'ms'],
    required: ['ms'],
  },
  'message-error': {
    meaning: 'A message from a client is acknowledged with the error `code` and goes nowhere.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'code'],
    required: ['code'],
  },
  'no-message-ack': {
    meaning: 'A message from a client is delivered, but not acknowledged.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'lose-receipts': {
    meaning: 'Receipts from a client are lost, so what it has received comes again at its next login.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'duplicate-delivery': {
    meaning: 'A message to a client is sent twice, the same ciphertext under the same id.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'used-message-key': {
    meaning: 'A message to a client is sent, and then its ciphertext once more under another id.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'reordered-delivery': {
    meaning: 'A message to a client changes places with the next one; it comes by itself when nothing follows.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'corrupt-message': {
    meaning: 'The ciphertext of a message is damaged on its way to the client, which asks to have it encrypted anew.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'cut-after-messages': {
    meaning: 'A connection is cut when `count` more messages were sent to the account, or to anybody.',
    kind: 'standing',
    options: ['number', 'count'],
    required: ['count'],
    lasts: 'count',
  },
  'cut-at-byte': {
    meaning:
      'A connection is cut when `bytes` more bytes were sent to the account, or to anybody, also within a frame.',
    kind: 'standing',
    options: ['number', 'bytes'],
    required: ['bytes'],
    lasts: 'bytes',
  },
  'split-frames': {
    meaning: 'What the server sends is cut into WebSocket messages of `bytes` bytes.',
    kind: 'standing',
    options: ['bytes'],
    required: ['bytes'],
  },
  'media-status': {
    meaning: 'A download from the media server is answered with the HTTP status `code`, whatever is there.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'code'],
    required: ['code'],
    isHttp: true,
  },
  'media-gone': {
    meaning: 'A file is removed when it is first asked for, and answered with `code` (404) until it is put up again.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'code'],
    isHttp: true,
  },
  'media-cut': {
    meaning: 'A download is cut after `bytes` bytes, in the middle of the file without it.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'bytes'],
  },
  'media-corrupt': {
    meaning: 'A download has one wrong bit in the middle of the file: its hash and its MAC are wrong.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'media-slow': {
    meaning: 'The body of a download comes in pieces of `bytes` bytes (16384), each of which waits `ms`.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'ms', 'bytes'],
    required: ['ms'],
  },
  'media-held': {
    meaning: 'Downloads and uploads are taken, but not answered before the faults are cleared.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'media-endless': {
    meaning: 'A download has no length, and after the file comes one zero after the other, for ever.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  'upload-status': {
    meaning: 'An upload to the media server is answered with the HTTP status `code`.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'code'],
    required: ['code'],
    isHttp: true,
  },
  'upload-cut': {
    meaning: 'The connection of an upload is cut after `bytes` bytes, at its first without it.',
    kind: 'standing',
    options: [...PER_ACCOUNT, 'bytes'],
  },
  'no-media-retry': {
    meaning: 'A phone that is asked to put the file of a message up again says nothing.',
    kind: 'standing',
    options: PER_ACCOUNT,
  },
  cut: {
    meaning: 'The connections of an account, or all, are cut now, without a word.',
    kind: 'immediate',
    options: ['number'],
  },
  'silent-line': {
    meaning:
      'The connections of an account, or all, stay open but are dead from now on: nothing is read, nothing sent.',
    kind: 'immediate',
    options: ['number'],
  },
  'bad-frame': {
    meaning: 'The connections of an account, or all, get a frame now that cannot be decrypted.',
    kind: 'immediate',
    options: ['number'],
  },
  'odd-stanza': {
    meaning:
      'The connections of an account, or all, get stanzas now without the attributes and children they should have.',
    kind: 'immediate',
    options: ['number'],
  },
  downgrade: {
    meaning: 'The connections of an account, or all, are told now that the account is not multi-device.',
    kind: 'immediate',
    options: ['number'],
  },
  'stream-error': {
    meaning:
      'The connections of an account, or all, get <stream:error code> now and are closed; `condition` adds a conflict or an ack.',
    kind: 'immediate',
    options: ['number', 'code', 'condition'],
  },
  'low-pre-keys': {
    meaning: 'The one-time keys of the linked devices are gone now: they are told, and count none at their next login.',
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
