import { aesEncryptGCM, proto } from '@whiskeysockets/baileys';
import { hkdfSync, randomBytes } from 'node:crypto';

import { childrenOf, node, type Stanza } from '../kit/stanza.ts';

/** The new location of a file, and the media key of its message. */
export interface RenewedMedia {
  readonly directPath: string;
  readonly mediaKey: Uint8Array;
}

const KEY_INFO = 'WhatsApp Media Retry Notification';
const NOT_FOUND = '2';
const { ResultType } = proto.MediaRetryNotification;

/**
 * Answers a client that asked for the file of a message: with the new location, or without `media` with the error that
 * the file is gone (section 11 of the protocol notes). `from` is the account's own phone.
 */
export function mediaRetry(request: Stanza, from: string, media: RenewedMedia | undefined): Stanza {
  const { id = '', t = '' } = request.attrs;
  const rmr = childrenOf(request).filter(({ tag }) => tag === 'rmr');
  const answer = media ? sealed(id, media) : node('error', { code: NOT_FOUND });
  return node('notification', { type: 'mediaretry', id, from, t }, [answer, ...rmr]);
}

function sealed(stanzaId: string, { directPath, mediaKey }: RenewedMedia): Stanza {
  const key = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), KEY_INFO, 32));
  const iv = randomBytes(12);
  const plain = proto.MediaRetryNotification.encode({ stanzaId, directPath, result: ResultType.SUCCESS }).finish();
  const ciphertext = aesEncryptGCM(plain, key, iv, Buffer.from(stanzaId));
  return node('encrypt', {}, [node('enc_p', {}, ciphertext), node('enc_iv', {}, iv)]);
}
