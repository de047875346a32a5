/** Marks a branch that the types rule out: a new member of a union then fails to compile here. */
export function never(value: never): never {
  throw new Error(`A case that cannot be: ${JSON.stringify(value)}`);
}
