/** Writes to the log what failed, and why. Of an error only its stack: PostgreSQL adds the row, in which are people's messages. */
export function report(what: string, error: unknown): void {
  console.error(`${what}: ${described(error)}`);
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { stack = error.message, cause } = error;
  return cause === undefined ? stack : `${stack}\nbecause of ${described(cause)}`;
}
