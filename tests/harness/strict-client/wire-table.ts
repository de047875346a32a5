import { DOUBLE_BYTE_TOKENS, SINGLE_BYTE_TOKENS } from '@whiskeysockets/baileys/lib/WABinary/constants.js';

/** The bytes that introduce lists and strings on the wire. */
export const MARK = {
  emptyList: 0,
  dictionary: 236,
  interopJid: 245,
  fbJid: 246,
  adJid: 247,
  list8: 248,
  list16: 249,
  jidPair: 250,
  hex8: 251,
  binary8: 252,
  binary20: 253,
  binary32: 254,
  nibble8: 255,
} as const;

/** The longest string that may be packed. */
export const PACKED_MAX = 127;

/** Dictionary version 3: the tokens of one byte, and the four tables of those of two. */
export const TOKENS: { readonly single: readonly string[]; readonly double: readonly (readonly string[])[] } = {
  single: SINGLE_BYTE_TOKENS,
  double: DOUBLE_BYTE_TOKENS,
};

/** The bytes of each token. */
export const BYTES_OF_TOKEN: ReadonlyMap<string, readonly number[]> = new Map([
  ...TOKENS.double.flatMap((table, row) =>
    table.map((token, index): [string, number[]] => [token, [MARK.dictionary + row, index]]),
  ),
  ...TOKENS.single.map((token, index): [string, number[]] => [token, [index]]).slice(1),
]);

/** The servers of JIDs. */
export const JID_SERVERS = [
  ...['s.whatsapp.net', 'lid', 'hosted', 'hosted.lid', 'c.us', 'g.us', 'broadcast', 'newsletter', 'bot', 'call'],
  ...['msgr', 'interop'],
];

/** The domain byte of a JID with a device. */
export const DOMAINS: ReadonlyMap<number, string> = new Map([
  [0, 's.whatsapp.net'],
  [1, 'lid'],
  [128, 'hosted'],
  [129, 'hosted.lid'],
]);

/** Attributes whose value somebody chose: never a JID, whatever it looks like. */
export const FREE_TEXT: ReadonlySet<string> = new Set(['notify', 'name', 'display_name', 'subject', 'id', 'text']);
