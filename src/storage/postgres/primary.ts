import type pg from 'pg';

/** How long the end of a process of the server is waited for. */
const END_MS = 1_000;

/** A server that only reads, and may not have what the primary has confirmed. */
class StandbyError extends Error {
  override readonly name = 'StandbyError';
  /** `read_only_sql_transaction`: what such a server answers to a write. */
  readonly code = '25006';

  constructor() {
    super('The server is a standby');
  }
}

/** @throws StandbyError, which passes: the server is promoted, or the address leads to another one soon */
export async function checkPrimary(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ isStandby: boolean }>('SELECT pg_is_in_recovery() AS "isStandby"');
  if (rows[0]?.isStandby === true) throw new StandbyError();
}

/** The process of the server behind a connection, as the server told when it was made; missing in the driver's types. */
export function backendOf(client: pg.ClientBase): number | undefined {
  return (client as { processID?: number | null }).processID ?? undefined;
}

/**
 * Ends the process of the server that served a connection before this one, should it still live: it knows nothing of a connection that was
 * lost silently, and holds its locks until its transaction takes too long. One that waits for the standby has committed already, and
 * goes on. Resolves with the process of this connection.
 */
export async function takeOver(client: pg.ClientBase, before: number | undefined): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>(
    `SELECT pg_backend_pid() AS pid, (
       SELECT count(pg_terminate_backend(pid, ${END_MS})) FROM pg_stat_activity
       WHERE pid = $1 AND pid <> pg_backend_pid() AND application_name = current_setting('application_name')
         AND datname = current_database() AND wait_event IS DISTINCT FROM 'SyncRep'
     )`,
    [before],
  );
  return rows[0]?.pid;
}
