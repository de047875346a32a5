/** Logs a failure. Logs only the stack of an error, since PostgreSQL errors also contain the row, and with it people's messages. */
export function report(what: string, error: unknown): void {
  console.error(`${what}: ${describe(error)}`);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { stack = error.message, cause } = error;
  return cause === undefined ? stack : `${stack}\nCaused by: ${describe(cause)}`;
}
