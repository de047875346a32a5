import type { BinaryNode } from '@whiskeysockets/baileys';

/** Marks of the binary form (Baileys: `WABinary/constants.js`). */
const NOT_COMPRESSED = 0;
const LIST_8 = 248;
const BINARY_8 = 252;
const BINARY_20 = 253;

/**
 * The acknowledgement of a stanza with exactly its attributes, encoded. Baileys' own encoder takes every text with an "@" for
 * a JID, and changes what is not one.
 */
export function plainAck({ tag, attrs }: BinaryNode): Buffer {
  const { id, from, participant, recipient, type } = attrs;
  const answered = { id, to: from, class: tag, participant, recipient, type };
  const set = Object.entries(answered).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const texts = ['ack', ...set.flat()];
  return Buffer.concat([Buffer.from([NOT_COMPRESSED, LIST_8, texts.length]), ...texts.map(encoded)]);
}

function encoded(text: string): Buffer {
  const bytes = Buffer.from(text);
  const { length } = bytes;
  const head = length < 256 ? [BINARY_8, length] : [BINARY_20, (length >> 16) & 15, (length >> 8) & 255, length & 255];
  return Buffer.concat([Buffer.from(head), bytes]);
}
