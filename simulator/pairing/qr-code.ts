/** What a QR of a client says; the keys are 32 bytes each. */
export interface QrCode {
  readonly ref: string;
  readonly noiseKey: Buffer;
  readonly identity: Buffer;
  readonly advSecret: Buffer;
}

const KEY_BYTES = 32;

/**
 * Reads the text of a QR: `ref,noise key,identity key,adv secret[,platform]`, keys in base64, after the `#` of a link or
 * alone (section 5 of the protocol notes). Undefined when it is something else.
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
