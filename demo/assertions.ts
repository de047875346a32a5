import { isDeepStrictEqual } from 'node:util';

/** Throws an Error with `message` unless `condition` holds. */
export function assertThat(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

/** Throws an Error unless `actual` has these values under these names. Other fields are ignored. */
export function assertFields(actual: object, expected: Record<string, unknown>): void {
  const fields = actual as Record<string, unknown>;
  for (const [name, value] of Object.entries(expected)) {
    const isEqual = isDeepStrictEqual(fields[name], value);
    assertThat(isEqual, `${name} is ${JSON.stringify(fields[name])}, expected ${JSON.stringify(value)}.`);
  }
}

/** Returns `value`. Throws an Error that names it when it is undefined. */
export function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new Error(`${name} is missing.`);
  return value;
}
