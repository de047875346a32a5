import type { proto } from '@whiskeysockets/baileys';
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { unwrap } from './unwrap.ts';

/** What WhatsApp encrypts a second time, with the secret of the message that it refers to. */
export type UseCase = 'Poll Vote' | 'Event Response' | 'Message Edit' | 'Event Edit' | 'Enc Reaction' | 'Enc Comment';

/** The use cases whose seal also covers the message id and the sender. */
const COVERS_SENDER: ReadonlySet<UseCase> = new Set<UseCase>(['Poll Vote', 'Event Response']);

/** An encrypted payload, as it stands in a message. */
export interface Payload {
  encPayload?: Uint8Array | null | undefined;
  encIv?: Uint8Array | null | undefined;
}

/** What a payload is opened with. */
export interface SealKey {
  /** The id of the message that it refers to, and that message itself. */
  messageId: string;
  original: proto.IMessage;
  /** Every address that may name the author of that message, and the sender of the payload: JIDs without a device. */
  parties: { authors: readonly string[]; senders: readonly string[] };
}

/**
 * Opens a payload; `undefined` when that is impossible. It is sealed with the secret of the message that it refers to
 * and the addresses of both sides, and nothing says whether these are numbers or LIDs (field notes 3.8).
 */
export function unseal(payload: Payload, useCase: UseCase, key: SealKey): Uint8Array | undefined {
  const secret = secretOf(key.original);
  if (!secret) return undefined;
  for (const author of key.parties.authors) {
    for (const sender of key.parties.senders) {
      const info = `${key.messageId}${author}${sender}${useCase}`;
      const covered = COVERS_SENDER.has(useCase) ? `${key.messageId}\0${sender}` : '';
      const opened = decrypt(payload, { secret, info, covered });
      if (opened) return opened;
    }
  }
  return undefined;
}

/** Seals a payload as {@link unseal} opens it; `undefined` when the message that it refers to has no secret. */
export function seal(
  payload: Uint8Array,
  useCase: UseCase,
  key: Pick<SealKey, 'messageId' | 'original'> & { parties: { author: string; sender: string } },
): { encPayload: Uint8Array; encIv: Uint8Array } | undefined {
  const { messageId, original, parties } = key;
  const secret = secretOf(original);
  if (!secret) return undefined;
  const encIv = randomBytes(IV_LENGTH);
  const info = `${messageId}${parties.author}${parties.sender}${useCase}`;
  const cipher = createCipheriv('aes-256-gcm', new Uint8Array(hkdfSync('sha256', secret, '', info, KEY_LENGTH)), encIv);
  if (COVERS_SENDER.has(useCase)) cipher.setAAD(Buffer.from(`${messageId}\0${parties.sender}`));
  return { encPayload: Buffer.concat([cipher.update(payload), cipher.final(), cipher.getAuthTag()]), encIv };
}

/** The secret stands next to the content, inside or outside of the wrappers around both. */
function secretOf(message: proto.IMessage): Uint8Array | undefined {
  const inner = unwrap(message).messageContextInfo?.messageSecret;
  return inner ?? message.messageContextInfo?.messageSecret ?? undefined;
}

const KEY_LENGTH = 32;
const TAG_LENGTH = 16;
const IV_LENGTH = 12;

function decrypt(
  { encPayload, encIv }: Payload,
  { secret, info, covered }: { secret: Uint8Array; info: string; covered: string },
): Uint8Array | undefined {
  if (!encPayload || !encIv || encPayload.length < TAG_LENGTH) return undefined;
  try {
    const key = new Uint8Array(hkdfSync('sha256', secret, '', info, KEY_LENGTH));
    const decipher = createDecipheriv('aes-256-gcm', key, encIv, { authTagLength: TAG_LENGTH });
    decipher.setAAD(Buffer.from(covered)).setAuthTag(encPayload.subarray(-TAG_LENGTH));
    return Buffer.concat([decipher.update(encPayload.subarray(0, -TAG_LENGTH)), decipher.final()]);
  } catch {
    // It was sealed with other addresses, or not at all.
    return undefined;
  }
}
