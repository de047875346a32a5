import { deflateSync } from 'node:zlib';

import type { Stanza } from '../kit/stanza.ts';
import { WireWriter } from './wire-writer.ts';

const FLAG = { plain: Buffer.from([0]), compressed: Buffer.from([2]) };

/** Attributes whose value is text that somebody chose: never a JID, whatever it looks like. */
const FREE_TEXT = new Set(['notify', 'name', 'display_name', 'subject', 'id', 'text']);

/**
 * Encodes a stanza as WhatsApp does (section 3 of the protocol notes): tokens of the dictionary, packed digits, and JIDs
 * in their own form. Text content is bytes, also where the dictionary has it: clients read it as bytes.
 */
export function encodeStanza(stanza: Stanza, { compressed = false } = {}): Buffer {
  const writer = new WireWriter();
  writeNode(stanza, writer);
  const { written } = writer;
  return Buffer.concat(compressed ? [FLAG.compressed, deflateSync(written)] : [FLAG.plain, written]);
}

function writeNode({ tag, attrs, content }: Stanza, writer: WireWriter): void {
  const entries = Object.entries(attrs);
  writer.listHead(2 * entries.length + 1 + (content === undefined ? 0 : 1));
  writer.text(tag);
  for (const [name, value] of entries) {
    writer.text(name);
    if (FREE_TEXT.has(name)) writer.text(value);
    else writer.jidOrText(value);
  }
  if (Array.isArray(content)) {
    writer.listHead(content.length);
    for (const child of content) writeNode(child, writer);
  } else if (content !== undefined) {
    writer.binary(Buffer.from(content));
  }
}
