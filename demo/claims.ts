import { isDeepStrictEqual } from 'node:util';

/** Goes on when `true`, and rejects the step with the sentence when not. */
export function claim(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/** Claims that `seen` has these values under these names. */
export function claimValues(seen: object, expected: Record<string, unknown>): void {
  const values = seen as Record<string, unknown>;
  for (const [name, value] of Object.entries(expected)) {
    const same = isDeepStrictEqual(values[name], value);
    claim(same, `${name} is ${JSON.stringify(values[name])}, and not ${JSON.stringify(value)}.`);
  }
}

/** A value that must be there. */
export function present<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`${what} is missing.`);
  return value;
}
