import { BufferJSON } from '@whiskeysockets/baileys';

/**
 * Parses JSON of any Baileys: bytes are `{"type":"Buffer","data":"<base64>"}` or, as older versions and Node itself write them,
 * with a list of numbers, or `{"buffer":true,"data":…}`.
 * @throws Error when it is not JSON, or nested too deeply
 */
export function parseForeign(text: string): unknown {
  return JSON.parse(text, revive);
}

function revive(key: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  const { type, buffer, data } = value;
  if (Array.isArray(data) && (type === 'Buffer' || buffer === true)) return Buffer.from(data as number[]);
  if (typeof data === 'string' && buffer === true) return Buffer.from(data, 'base64');
  return BufferJSON.reviver(key, value);
}

/** Whether it is an object with fields. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** Whether it is bytes, as many as wanted. */
export function isBytes(value: unknown, ...lengths: number[]): value is Uint8Array {
  return value instanceof Uint8Array && (lengths.length === 0 || lengths.includes(value.length));
}
