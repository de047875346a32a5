import { type Stanza } from '../kit/stanza.ts';

const TAG = { emptyList: 0, list8: 248, list16: 249, binary8: 252, binary20: 253, binary32: 254 };
const NOT_COMPRESSED = 0;

/**
 * Encodes a stanza in WhatsApp's binary form. Strings are spelled out, never replaced by dictionary tokens, so names
 * and ids arrive unchanged; clients must read both forms anyway (section 3 of the protocol notes).
 */
export function encodeStanza(stanza: Stanza): Buffer {
  const parts: Uint8Array[] = [Buffer.from([NOT_COMPRESSED])];
  writeNode(stanza, parts);
  return Buffer.concat(parts);
}

function writeNode({ tag, attrs, content }: Stanza, parts: Uint8Array[]): void {
  const entries = Object.entries(attrs);
  writeListHead(2 * entries.length + 1 + (content === undefined ? 0 : 1), parts);
  writeBytes(Buffer.from(tag), parts);
  for (const [name, value] of entries) {
    writeBytes(Buffer.from(name), parts);
    writeBytes(Buffer.from(value), parts);
  }
  if (Array.isArray(content)) {
    writeListHead(content.length, parts);
    for (const child of content) writeNode(child, parts);
  } else if (content !== undefined) {
    writeBytes(Buffer.from(content), parts);
  }
}

function writeListHead(size: number, parts: Uint8Array[]): void {
  if (size === 0) parts.push(Buffer.from([TAG.emptyList]));
  else if (size < 256) parts.push(Buffer.from([TAG.list8, size]));
  else parts.push(Buffer.from([TAG.list16, size >> 8, size & 0xff]));
}

function writeBytes(bytes: Uint8Array, parts: Uint8Array[]): void {
  const { byteLength } = bytes;
  if (byteLength < 256) parts.push(Buffer.from([TAG.binary8, byteLength]));
  else if (byteLength < 1 << 20) parts.push(Buffer.from([TAG.binary20, byteLength >> 16, byteLength >> 8, byteLength]));
  else parts.push(Buffer.from([TAG.binary32, byteLength >> 24, byteLength >> 16, byteLength >> 8, byteLength]));
  parts.push(bytes);
}
