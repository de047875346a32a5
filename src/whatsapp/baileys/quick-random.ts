import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { fewRandomBytes } from '../../kit/random-pool.ts';

type Draw = (size: number, ...rest: never[]) => unknown;

/** Wraps `draw` to take single bytes from those that were asked for together. */
export function singlesFromPool(draw: Draw): Draw {
  return (size, ...rest) => (size === 1 && rest.length === 0 ? fewRandomBytes(1) : draw(size, ...rest));
}

/**
 * Asks for single random bytes together, for the whole process. Baileys asks for one each time that it encrypts a message for a device: for
 * the length of the padding.
 */
export function drawBytesTogether(): void {
  const functions = crypto as unknown as { randomBytes: Draw };
  functions.randomBytes = singlesFromPool(functions.randomBytes);
  syncBuiltinESMExports();
}
