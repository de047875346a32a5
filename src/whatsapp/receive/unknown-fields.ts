import { proto } from '@whiskeysockets/baileys';

/** The wire types of protobuf, which say where a field ends. */
const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

/** Returns the numbers of an encoded message's fields that our protocol definition does not name: WhatsApp is newer. */
export function unknownFields(encoded: Uint8Array): number[] {
  const known = new Set(fieldNumbers(proto.Message.encode(proto.Message.decode(encoded)).finish()));
  return [...new Set(fieldNumbers(encoded))].filter((number) => !known.has(number));
}

/** The numbers of the top-level fields, up to the first bytes that make no sense. */
function fieldNumbers(encoded: Uint8Array): number[] {
  const numbers: number[] = [];
  let at = 0;
  while (at < encoded.length) {
    const tag = varint(encoded, at);
    const end = endOf(encoded, tag.end, tag.value % 8);
    if (end === undefined) break;
    numbers.push(Math.floor(tag.value / 8));
    at = end;
  }
  return numbers;
}

function endOf(encoded: Uint8Array, at: number, type: number): number | undefined {
  const length = type === DELIMITED ? varint(encoded, at) : undefined;
  if (length) return length.end + length.value;
  if (type === VARINT) return varint(encoded, at).end;
  if (type === FIXED64) return at + 8;
  return type === FIXED32 ? at + 4 : undefined;
}

/** Reads a varint: seven bits in each byte, the lowest first, as long as the eighth bit is set. */
function varint(encoded: Uint8Array, from: number): { value: number; end: number } {
  let [value, at, weight] = [0, from, 1];
  for (; at < encoded.length; at += 1, weight *= 128) {
    const byte = encoded[at] ?? 0;
    value += (byte % 128) * weight;
    if (byte < 128) break;
  }
  return { value, end: at + 1 };
}
