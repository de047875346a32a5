/** Logs a line. Not by `console`: libraries write to it what does not belong into a log. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Logs a failure. Logs only the stack of an error, since PostgreSQL errors also contain the row, and with it people's messages. */
export function report(what: string, error: unknown): void {
  process.stderr.write(`${what}: ${describe(error)}\n`);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { stack = error.message, cause } = error;
  return cause === undefined ? stack : `${stack}\nCaused by: ${describe(cause)}`;
}
