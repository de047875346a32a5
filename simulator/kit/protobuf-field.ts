/** Wire type of a length-delimited field in the protobuf encoding. */
const LENGTH_DELIMITED = 2;

/** Encodes a field that the library's definitions lack: its number, and its bytes. */
export function protobufField(field: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([...varint(field * 8 + LENGTH_DELIMITED), ...varint(bytes.length)]), bytes]);
}

/** Protobuf's variable-length integer: seven bits a byte, lowest first; the eighth bit says that more follow. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
