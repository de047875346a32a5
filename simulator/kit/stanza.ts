import type { BinaryNode } from '@whiskeysockets/baileys';

/** A stanza or a node within one: Baileys' binary node. */
export type Stanza = BinaryNode;

/** The server's own address, as Baileys reads and compares it (`S_WHATSAPP_NET` in `jid-utils.js`). */
export const SERVER = '@s.whatsapp.net';

/** The child nodes of `stanza`; empty when its content is bytes or text. */
export function childrenOf(stanza: Stanza | undefined): Stanza[] {
  return Array.isArray(stanza?.content) ? stanza.content : [];
}

/** The first child with this tag. */
export function childOf(stanza: Stanza | undefined, tag: string): Stanza | undefined {
  return childrenOf(stanza).find((child) => child.tag === tag);
}

/** The bytes of a node's content; a string is encoded as UTF-8, and children or no content are no bytes. */
export function bytesOf(stanza: Stanza | undefined): Buffer {
  const content = stanza?.content;
  if (typeof content === 'string') return Buffer.from(content, 'utf8');
  return content === undefined || Array.isArray(content) ? Buffer.alloc(0) : Buffer.from(content);
}

/** The big-endian number in a node's content. */
export function numberOf(stanza: Stanza | undefined): number {
  return bytesOf(stanza).reduce((value, byte) => value * 256 + byte, 0);
}

/** `value` as `length` big-endian bytes. */
export function bigEndian(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

/** Creates a node; without `content` the property is absent. */
export function node(tag: string, attrs: Record<string, string> = {}, content?: Stanza['content']): Stanza {
  return content === undefined ? { tag, attrs } : { tag, attrs, content };
}

/** The result for `iq`, from where it was sent to; Baileys matches it by its id alone (section 7 of the protocol notes). */
export function resultOf(iq: Stanza, content?: Stanza[]): Stanza {
  return node('iq', { type: 'result', id: iq.attrs.id ?? '', from: iq.attrs.to ?? SERVER }, content);
}

/** The error for `iq`; clients reject the pending query with it. */
export function errorOf(iq: Stanza, code: string, text: string): Stanza {
  const attrs = { type: 'error', id: iq.attrs.id ?? '', from: iq.attrs.to ?? SERVER };
  return node('iq', attrs, [node('error', { code, text })]);
}
