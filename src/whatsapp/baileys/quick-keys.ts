import crypto, { createSecretKey, type KeyObject } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { ownCopy } from '../../kit/own-bytes.ts';

type Make<Made> = (algorithm: string, key: unknown, ...others: never[]) => Made;

/** The functions of `node:crypto` that take a secret key as bytes. */
const TAKE_A_KEY = ['createHmac', 'createCipheriv', 'createDecipheriv'] as const;

/** The cipher of Baileys' frames: those of one connection have one key in each direction. Other keys are used once. */
const OF_FRAMES = 'aes-256-gcm';

/** What was made of the bytes that a key had. */
interface Known {
  bytes: Uint8Array;
  object: KeyObject;
}

/** The keys of frames, as long as their connection has them. */
const known = new WeakMap<Uint8Array, Known>();

/**
 * Wraps `make` to pass it a key object in place of a key in bytes. From bytes Node 24 creates the same object, but only
 * after it has tried them as several kinds of key objects and caught an exception, with its stack, each time: 13 µs for an
 * HMAC that otherwise takes 4.
 */
export function withKeyObject<Made>(make: Make<Made>): Make<Made> {
  return (algorithm, key, ...others) =>
    make(algorithm, key instanceof Uint8Array ? keyObject(algorithm, key) : key, ...others);
}

function keyObject(algorithm: string, key: Uint8Array): KeyObject {
  if (algorithm !== OF_FRAMES) return createSecretKey(key);
  const found = known.get(key);
  if (found && Buffer.compare(found.bytes, key) === 0) return found.object;
  const object = createSecretKey(key);
  known.set(key, { bytes: ownCopy(key), object });
  return object;
}

/** Wraps the functions for the whole process, also for modules that have already imported them. */
export function passKeyObjects(): void {
  const functions = crypto as unknown as Record<(typeof TAKE_A_KEY)[number], Make<unknown>>;
  for (const name of TAKE_A_KEY) functions[name] = withKeyObject(functions[name]);
  syncBuiltinESMExports();
}
