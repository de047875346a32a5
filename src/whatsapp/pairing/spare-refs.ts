import { type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';

/** Ends a connection when its last QR is over. Baileys ends it with the same words and code. */
export class QrsOverError extends Error {
  override readonly name = 'QrsOverError';
  readonly output = { statusCode: 408 };

  constructor() {
    super('QR refs attempts ended');
  }
}

/** No QR has this reference. */
const SPARE = 'spare';
const SPARE_REF: BinaryNode = { tag: 'ref', attrs: {}, content: Buffer.from(SPARE) };
/** Twenty seconds each: more than an hour, and no passkey takes that long. */
const COUNT = 200;

/**
 * Adds references that no QR is made of. Baileys ends a connection with its last reference, after 160 s, although somebody
 * has scanned and WhatsApp waits ten minutes for a passkey. Whoever sees {@link isSpare} ends it instead, if nobody has.
 */
export function withSpareRefs(stanza: BinaryNode): BinaryNode {
  const offer = getBinaryNodeChild(stanza, 'pair-device');
  if (!Array.isArray(offer?.content)) return stanza;
  const spares = Array.from({ length: COUNT }, () => SPARE_REF);
  return { ...stanza, content: [{ ...offer, content: [...offer.content, ...spares] }] };
}

/** Whether the text of a QR is made of a spare reference. */
export function isSpare(qrText: string): boolean {
  return qrText.slice(qrText.indexOf('#') + 1).startsWith(`${SPARE},`);
}
