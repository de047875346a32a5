import type pg from 'pg';
import type { Clock } from '../../kit/clock.ts';
import { JUMP_OF_POSITIONS } from './positions.ts';
import { isTrouble } from './trouble.ts';

/** More events than are lost of one session between a backup and its restoration. */
const JUMP = 1_000_000;

/**
 * Recognizes a database that was restored from a dump, or moved: then the server, or the table, is another one than at the last use.
 * Numbers that were given since the backup would be given again, and a consumer would take new events for known ones. So they jump
 * to a new epoch. A server that was itself set back is the same one: an operator who does that clears `home`.
 *
 * Call it within a start. Returns whether the numbers have jumped.
 */
export async function beginEpochIfRestored(client: pg.ClientBase, clock: Clock): Promise<boolean> {
  const home = await homeOf(client);
  const { rows } = await client.query<{ home: string | null }>('SELECT home FROM cluster');
  const last = rows[0]?.home ?? null;
  if (last === home) return false;
  await client.query('BEGIN');
  try {
    if (last !== null) await jump(client, clock.now());
    await client.query('UPDATE cluster SET home = $1', [home]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
  return last !== null;
}

/** The server's identity, which its standbys share, and the number of the table in it. */
async function homeOf(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ table: string }>(`SELECT 'cluster'::regclass::oid::text AS "table"`);
  return `${await identityOf(client)} ${rows[0]?.table}`;
}

/** Unknown where the service that runs the server does not tell it. */
async function identityOf(client: pg.ClientBase): Promise<string> {
  try {
    const { rows } = await client.query<{ id: string }>(
      'SELECT system_identifier::text AS id FROM pg_control_system()',
    );
    return rows[0]?.id ?? '-';
  } catch (error) {
    if (isTrouble(error)) throw error;
    return '-';
  }
}

/**
 * Seconds and milliseconds since 1970 are higher than whatever was counted before, and so are those of a later restoration. No
 * transaction of another node may have positions of both epochs.
 */
async function jump(client: pg.ClientBase, nowMs: number): Promise<void> {
  await client.query('LOCK TABLE sequences IN EXCLUSIVE MODE');
  await client.query('UPDATE sequences SET last_seq = GREATEST(last_seq + $1, $2)', [JUMP, Math.floor(nowMs / 1_000)]);
  await client.query(
    `SELECT setval(ids, GREATEST(pg_sequence_last_value(ids) + $1, $2))
     FROM (SELECT pg_get_serial_sequence('callbacks', 'id')::regclass AS ids) AS sequence`,
    [JUMP, nowMs],
  );
  await client.query(JUMP_OF_POSITIONS);
}
