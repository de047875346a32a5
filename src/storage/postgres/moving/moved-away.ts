import type pg from 'pg';

/** Where everything in the database was moved to, if its use has ended with that. */
export async function movedAwayTo(client: pg.ClientBase): Promise<string | undefined> {
  const { rows: tables } = await client.query(`SELECT 1 WHERE to_regclass('moved_away') IS NOT NULL`);
  if (tables.length === 0) return undefined;
  const { rows } = await client.query<{ target: string }>('SELECT target FROM moved_away');
  return rows[0]?.target;
}

/** Ends the use of the database. */
export async function moveAway(client: pg.ClientBase, target: string): Promise<void> {
  await client.query('CREATE TABLE IF NOT EXISTS moved_away (target text PRIMARY KEY)');
  await client.query('INSERT INTO moved_away (target) VALUES ($1) ON CONFLICT DO NOTHING', [target]);
}
