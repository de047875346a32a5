import { inflateSync } from 'node:zlib';

import { BYTES_OF_TOKEN, DOMAINS, FREE_TEXT, JID_SERVERS, MARK, PACKED_MAX, TOKENS } from './wire-table.ts';

/** A node as the wire has it: contents are bytes or children, never text. */
export interface StrictNode {
  readonly tag: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly content?: readonly StrictNode[] | Buffer;
}

/** A string, and whether it was written as a JID. */
interface WireString {
  readonly text: string;
  readonly isJid: boolean;
}

/** The server broke the specification; the message says how. */
class WireViolation extends Error {}

const COMPRESSED = 2;
const JID_ATTRIBUTES = new Set([
  ...['from', 'to', 'jid', 'lid', 'participant', 'recipient', 'author', 'creator', 's_o', 'phone_number'],
  ...['sender_pn', 'sender_lid', 'participant_pn', 'participant_lid', 'creator_pn', 's_o_pn'],
]);
const LOOKS_LIKE_JID = new RegExp(`^[\\w.:-]*@(?:${JID_SERVERS.join('|').replaceAll('.', '\\.')})$`);
const NIBBLES = '0123456789-.\u0000\u0000\u0000\u0000';
const HEX_DIGITS = '0123456789ABCDEF';

/** Reads a decrypted frame, which may be compressed. Throws a WireViolation when it is not written as specified. */
export function readFrame(frame: Buffer): { node: StrictNode; compressed: boolean } {
  const compressed = (frame[0]! & COMPRESSED) !== 0;
  const reader = new StrictReader(compressed ? inflateSync(frame.subarray(1)) : frame.subarray(1));
  const node = reader.node();
  reader.end();
  return { node, compressed };
}

class StrictReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  node(mark = this.#byte()): StrictNode {
    const size = this.#listSize(mark);
    if (size === 0) throw new WireViolation('A node is an empty list.');
    const tag = this.#string().text;
    const attrs: Record<string, string> = {};
    for (let index = 0; index < (size - 1) >> 1; index += 1) this.#attribute(attrs);
    return size % 2 === 1 ? { tag, attrs } : { tag, attrs, content: this.#content() };
  }

  end(): void {
    if (this.#at !== this.#bytes.byteLength) throw new WireViolation('Bytes follow the node.');
  }

  #attribute(attrs: Record<string, string>): void {
    const name = this.#string().text;
    const { text, isJid } = this.#string();
    if (name in attrs) throw new WireViolation(`The attribute ${name} is written twice.`);
    if (isJid && FREE_TEXT.has(name)) throw new WireViolation(`${name}="${text}" is written as a JID.`);
    const shouldBeJid = JID_ATTRIBUTES.has(name) || (!FREE_TEXT.has(name) && LOOKS_LIKE_JID.test(text));
    if (shouldBeJid && !isJid) throw new WireViolation(`The JID ${name}="${text}" is written as a plain string.`);
    attrs[name] = text;
  }

  /** Text within a node is bytes on the wire, also where the dictionary has it. */
  #content(): StrictNode[] | Buffer {
    const mark = this.#byte();
    const length = this.#binaryLength(mark);
    if (length !== undefined) return this.#take(length);
    return Array.from({ length: this.#listSize(mark) }, () => this.node());
  }

  #listSize(mark: number): number {
    if (mark === MARK.emptyList) return 0;
    if (mark === MARK.list8) return this.#byte();
    if (mark === MARK.list16) return this.#number(2);
    throw new WireViolation(`${mark} does not begin a list.`);
  }

  #string(): WireString {
    const mark = this.#byte();
    const jid = this.#jid(mark);
    return jid === undefined ? { text: this.#text(mark), isJid: false } : { text: jid, isJid: true };
  }

  #jid(mark: number): string | undefined {
    if (mark === MARK.jidPair) return `${this.#user()}@${this.#server()}`;
    if (mark === MARK.adJid) {
      const server = DOMAINS.get(this.#byte());
      const device = this.#byte();
      if (!server || device === 0) throw new WireViolation('A JID with a device names no domain, or the device 0.');
      return `${this.#user()}:${device}@${server}`;
    }
    if (mark === MARK.fbJid) return `${this.#user()}:${this.#number(2)}@${this.#server()}`;
    if (mark !== MARK.interopJid) return undefined;
    const [user, device, integrator] = [this.#user(), this.#number(2), this.#number(2)];
    return `${integrator}-${user}:${device}@${this.#server()}`;
  }

  #user(): string {
    const mark = this.#byte();
    return mark === MARK.emptyList ? '' : this.#text(mark);
  }

  #server(): string {
    const server = this.#text(this.#byte());
    if (!JID_SERVERS.includes(server)) throw new WireViolation(`"${server}" is no server of a JID.`);
    return server;
  }

  #text(mark: number): string {
    const single = mark === 0 ? undefined : TOKENS.single[mark];
    if (single !== undefined) return single;
    const table = TOKENS.double[mark - MARK.dictionary];
    if (table) return table[this.#byte()] ?? fail('A token is not in its table.');
    if (mark === MARK.nibble8 || mark === MARK.hex8) return this.#packed(mark === MARK.hex8 ? HEX_DIGITS : NIBBLES);
    const length = this.#binaryLength(mark) ?? fail(`${mark} does not begin a string.`);
    return mustBeSpelledOut(this.#take(length).toString('utf8'));
  }

  #packed(alphabet: string): string {
    const head = this.#byte();
    const halves = [...this.#take(head & 127)].flatMap((byte) => [byte >> 4, byte & 15]);
    if (head & 128 && halves.pop() !== 15) throw new WireViolation('A packed string of odd length does not end in 15.');
    return halves.map((half) => alphabet[half]).join('');
  }

  #binaryLength(mark: number): number | undefined {
    if (mark === MARK.binary8) return this.#byte();
    if (mark === MARK.binary20) return this.#number(3);
    return mark === MARK.binary32 ? this.#number(4) : undefined;
  }

  #number(bytes: number): number {
    return this.#take(bytes).readUIntBE(0, bytes);
  }

  #byte(): number {
    return this.#number(1);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.byteLength) throw new WireViolation('The frame ends within a node.');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

/** Returns the text when nothing shorter could be written for it. */
function mustBeSpelledOut(text: string): string {
  if (BYTES_OF_TOKEN.has(text)) throw new WireViolation(`"${text}" is in the dictionary, but spelled out.`);
  const isPackable = /^(?:[\d.-]+|[\dA-F]+)$/.test(text) && text.length <= PACKED_MAX;
  if (isPackable) throw new WireViolation(`"${text}" could be packed, but is spelled out.`);
  return text;
}

function fail(message: string): never {
  throw new WireViolation(message);
}
