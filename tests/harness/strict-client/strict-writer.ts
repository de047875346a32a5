import { deflateSync } from 'node:zlib';

import type { StrictNode } from './strict-reader.ts';
import { BYTES_OF_TOKEN, DOMAINS, FREE_TEXT, JID_SERVERS, MARK, PACKED_MAX } from './wire-table.ts';

const JID = /^(?:(?<integrator>\d+)-(?=.*@interop$))?(?<user>[\w.-]*)(?::(?<device>\d+))?@(?<server>.+)$/;
const DOMAIN_OF = new Map([...DOMAINS].map(([domain, server]) => [server, domain]));

/** Writes a node as a frame, in the shortest form that the specification knows. */
export function writeFrame(node: StrictNode, { compressed = false } = {}): Buffer {
  const bytes = Buffer.concat(nodeBytes(node));
  return Buffer.concat(compressed ? [Buffer.from([2]), deflateSync(bytes)] : [Buffer.from([0]), bytes]);
}

function nodeBytes({ tag, attrs, content }: StrictNode): Buffer[] {
  const entries = Object.entries(attrs);
  const values = entries.flatMap(([name, value]) => [
    textBytes(name),
    (FREE_TEXT.has(name) ? undefined : jidBytes(value)) ?? textBytes(value),
  ]);
  const strings = [textBytes(tag), ...values].map((bytes) => Buffer.from(bytes));
  const head = listBytes(2 * entries.length + 1 + (content === undefined ? 0 : 1));
  return [head, ...strings, ...contentBytes(content)];
}

function contentBytes(content: StrictNode['content']): Buffer[] {
  if (content === undefined) return [];
  if (Buffer.isBuffer(content)) return [Buffer.from(binaryBytes(content))];
  return [listBytes(content.length), ...content.flatMap(nodeBytes)];
}

function listBytes(size: number): Buffer {
  if (size === 0) return Buffer.from([MARK.emptyList]);
  return Buffer.from(size < 256 ? [MARK.list8, size] : [MARK.list16, size >> 8, size & 255]);
}

function jidBytes(text: string): number[] | undefined {
  const { integrator, user, device, server = '' } = JID.exec(text)?.groups ?? {};
  if (!JID_SERVERS.includes(server)) return undefined;
  const userBytes = user ? textBytes(user) : [MARK.emptyList];
  const device16 = int16(device);
  if (server === 'msgr') return [MARK.fbJid, ...userBytes, ...device16, ...textBytes(server)];
  if (server === 'interop')
    return [MARK.interopJid, ...userBytes, ...device16, ...int16(integrator), ...textBytes(server)];
  const domain = DOMAIN_OF.get(server);
  if (device && domain !== undefined) return [MARK.adJid, domain, Number(device), ...userBytes];
  return [MARK.jidPair, ...userBytes, ...textBytes(server)];
}

function int16(digits = '0'): number[] {
  return [Number(digits) >> 8, Number(digits) & 255];
}

function textBytes(text: string): readonly number[] {
  const token = BYTES_OF_TOKEN.get(text);
  if (token) return token;
  if (text !== '' && text.length <= PACKED_MAX) {
    if (/^[\d.-]+$/.test(text)) return packedBytes(MARK.nibble8, text, '0123456789-.');
    if (/^[\dA-F]+$/.test(text)) return packedBytes(MARK.hex8, text, '0123456789ABCDEF');
  }
  return binaryBytes(Buffer.from(text));
}

function packedBytes(mark: number, text: string, alphabet: string): number[] {
  const halves = Array.from(text, (character) => alphabet.indexOf(character));
  const isOdd = halves.length % 2 === 1;
  if (isOdd) halves.push(15);
  const pairs = halves.flatMap((half, index) => (index % 2 === 0 ? [(half << 4) | halves[index + 1]!] : []));
  return [mark, pairs.length | (isOdd ? 128 : 0), ...pairs];
}

function binaryBytes(bytes: Buffer): number[] {
  const { length } = bytes;
  if (length < 256) return [MARK.binary8, length, ...bytes];
  return [MARK.binary20, length >> 16, (length >> 8) & 255, length & 255, ...bytes];
}
