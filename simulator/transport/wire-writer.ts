import { DOUBLE_BYTE_TOKENS, SINGLE_BYTE_TOKENS, TAGS } from '@whiskeysockets/baileys/lib/WABinary/constants.js';

/** A JID, taken apart: `user[:device]@server`, and `integrator-user[:device]@interop`. */
interface WireJid {
  readonly user: string;
  readonly device: number;
  readonly server: string;
  readonly integrator: number;
}

/** The bytes of each token of the dictionary; the empty token is none. */
const TOKENS: ReadonlyMap<string, readonly number[]> = new Map([
  ...DOUBLE_BYTE_TOKENS.flatMap((table, row) =>
    table.map((token, index): [string, number[]] => [token, [TAGS.DICTIONARY_0 + row, index]]),
  ),
  ...SINGLE_BYTE_TOKENS.map((token, index): [string, number[]] => [token, [index]]).slice(1),
]);

/** The domain byte of a JID with a device (section 3 of the protocol notes). */
const DOMAINS: ReadonlyMap<string, number> = new Map([
  ['s.whatsapp.net', 0],
  ['lid', 1],
  ['hosted', 128],
  ['hosted.lid', 129],
]);

const JID =
  /^(?:(\d{1,5})-(?=\d+(?::\d+)?@interop$))?(\d+(?:-\d+)?|status|)(?::(\d{1,5}))?@(s\.whatsapp\.net|lid|hosted|hosted\.lid|c\.us|g\.us|broadcast|newsletter|bot|call|msgr|interop)$/;
const NIBBLES = '0123456789-.';
const HEX_DIGITS = '0123456789ABCDEF';
const NO_CHARACTER = 15;
const MAX_AD_DEVICE = 255;
const MAX_INT16 = 0xffff;

/** Writes lists and strings in WhatsApp's binary form, each in the shortest one that there is. */
export class WireWriter {
  #bytes = Buffer.allocUnsafe(512);
  #length = 0;

  /** What was written so far. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Begins a list of `size` entries. */
  listHead(size: number): void {
    if (size === 0) this.#put(TAGS.LIST_EMPTY);
    else if (size < 256) this.#put(TAGS.LIST_8, size);
    else this.#put(TAGS.LIST_16, size >> 8, size);
  }

  /** Writes bytes with their length. */
  binary(bytes: Uint8Array): void {
    const { byteLength } = bytes;
    if (byteLength < 256) this.#put(TAGS.BINARY_8, byteLength);
    else if (byteLength < 1 << 20) this.#put(TAGS.BINARY_20, byteLength >> 16, byteLength >> 8, byteLength);
    else this.#put(TAGS.BINARY_32, byteLength >> 24, byteLength >> 16, byteLength >> 8, byteLength);
    this.#makeRoom(byteLength);
    this.#bytes.set(bytes, this.#length);
    this.#length += byteLength;
  }

  /** Writes a string: as a token, packed, or spelled out. */
  text(text: string): void {
    const token = TOKENS.get(text);
    if (token) this.#put(...token);
    else if (isPackable(text, NIBBLES)) this.#packed(TAGS.NIBBLE_8, text, NIBBLES);
    else if (isPackable(text, HEX_DIGITS)) this.#packed(TAGS.HEX_8, text, HEX_DIGITS);
    else this.binary(Buffer.from(text));
  }

  /** Writes a string as a JID where it is one, and otherwise as text. */
  jidOrText(text: string): void {
    const jid = text.includes('@') ? jidOf(text) : undefined;
    if (jid) this.#jid(jid);
    else this.text(text);
  }

  #jid({ user, device, server, integrator }: WireJid): void {
    const domain = DOMAINS.get(server);
    if (server === 'msgr' || server === 'interop') {
      this.#put(server === 'msgr' ? TAGS.FB_JID : TAGS.INTEROP_JID);
      this.text(user);
      this.#put(device >> 8, device);
      if (server === 'interop') this.#put(integrator >> 8, integrator);
      this.text(server);
    } else if (domain !== undefined && device > 0) {
      this.#put(TAGS.AD_JID, domain, device);
      this.text(user);
    } else {
      this.#put(TAGS.JID_PAIR);
      if (user === '') this.#put(TAGS.LIST_EMPTY);
      else this.text(user);
      this.text(server);
    }
  }

  #packed(mark: number, text: string, alphabet: string): void {
    const { length } = text;
    this.#put(mark, Math.ceil(length / 2) | (length % 2 === 0 ? 0 : 128));
    const half = (index: number): number => (index < length ? alphabet.indexOf(text.charAt(index)) : NO_CHARACTER);
    for (let index = 0; index < length; index += 2) this.#put((half(index) << 4) | half(index + 1));
  }

  #put(...bytes: readonly number[]): void {
    this.#makeRoom(bytes.length);
    for (const byte of bytes) this.#bytes[this.#length++] = byte & 0xff;
  }

  #makeRoom(more: number): void {
    if (this.#length + more <= this.#bytes.byteLength) return;
    const larger = Buffer.allocUnsafe(2 * (this.#length + more));
    larger.set(this.written);
    this.#bytes = larger;
  }
}

function isPackable(text: string, alphabet: string): boolean {
  if (text === '' || text.length > TAGS.PACKED_MAX) return false;
  for (const character of text) if (!alphabet.includes(character)) return false;
  return true;
}

/** The parts of a JID that has a form of its own on the wire; undefined for anything else. */
function jidOf(text: string): WireJid | undefined {
  const [, integrator = '0', user, device = '0', server] = JID.exec(text) ?? [];
  if (user === undefined || server === undefined) return undefined;
  const hasForm = Number(device) <= maxDeviceOf(server) && Number(integrator) <= MAX_INT16;
  return hasForm ? { user, device: Number(device), server, integrator: Number(integrator) } : undefined;
}

function maxDeviceOf(server: string): number {
  if (DOMAINS.has(server)) return MAX_AD_DEVICE;
  return server === 'msgr' || server === 'interop' ? MAX_INT16 : 0;
}
