/** Writes to the log what failed. Of an error only its stack: PostgreSQL adds the row, in which are people's messages. */
export function report(what: string, error: unknown): void {
  console.error(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}
