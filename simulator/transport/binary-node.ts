import { type Stanza } from '../kit/stanza.ts';

const TAG = { emptyList: 0, list8: 248, list16: 249, binary8: 252, binary20: 253, binary32: 254 };
const NOT_COMPRESSED = 0;

/**
 * Encodes a stanza in WhatsApp's binary form. Strings are spelled out, never replaced by dictionary tokens, so names
 * and ids arrive unchanged; clients must read both forms anyway (section 3 of the protocol notes).
 */
export function encodeStanza(stanza: Stanza): Buffer {
  const chunks: Uint8Array[] = [Buffer.from([NOT_COMPRESSED])];
  writeNode(stanza, chunks);
  return Buffer.concat(chunks);
}

function writeNode({ tag, attrs, content }: Stanza, chunks: Uint8Array[]): void {
  const entries = Object.entries(attrs);
  writeListHead(2 * entries.length + 1 + (content === undefined ? 0 : 1), chunks);
  writeBytes(Buffer.from(tag), chunks);
  for (const [name, value] of entries) {
    writeBytes(Buffer.from(name), chunks);
    writeBytes(Buffer.from(value), chunks);
  }
  if (Array.isArray(content)) {
    writeListHead(content.length, chunks);
    for (const child of content) writeNode(child, chunks);
  } else if (content !== undefined) {
    writeBytes(Buffer.from(content), chunks);
  }
}

function writeListHead(size: number, chunks: Uint8Array[]): void {
  if (size === 0) chunks.push(Buffer.from([TAG.emptyList]));
  else if (size < 256) chunks.push(Buffer.from([TAG.list8, size]));
  else chunks.push(Buffer.from([TAG.list16, size >> 8, size & 0xff]));
}

function writeBytes(bytes: Uint8Array, chunks: Uint8Array[]): void {
  const { byteLength } = bytes;
  if (byteLength < 256) chunks.push(Buffer.from([TAG.binary8, byteLength]));
  else if (byteLength < 1 << 20)
    chunks.push(Buffer.from([TAG.binary20, byteLength >> 16, byteLength >> 8, byteLength]));
  else chunks.push(Buffer.from([TAG.binary32, byteLength >> 24, byteLength >> 16, byteLength >> 8, byteLength]));
  chunks.push(bytes);
}
