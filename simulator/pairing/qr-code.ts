/** The content of a client's QR; each key has 32 bytes. */
export interface QrCode {
  readonly ref: string;
  readonly noiseKey: Buffer;
  readonly identity: Buffer;
  readonly advSecret: Buffer;
}

const KEY_BYTES = 32;

/**
 * Parses the text of a QR: `ref,noise key,identity key,adv secret[,platform]` with keys in base64, alone or after the
 * `#` of a link (section 5 of the protocol notes). Undefined when it is something else.
 */
export function readQrCode(text: string): QrCode | undefined {
  const [ref, ...fields] = text.slice(text.indexOf('#') + 1).split(',');
  const [noiseKey, identity, advSecret] = fields.map((field) => Buffer.from(field, 'base64'));
  if (!ref || !isKey(noiseKey) || !isKey(identity) || !isKey(advSecret)) return undefined;
  return { ref, noiseKey, identity, advSecret };
}

function isKey(bytes: Buffer | undefined): bytes is Buffer {
  return bytes?.byteLength === KEY_BYTES;
}
