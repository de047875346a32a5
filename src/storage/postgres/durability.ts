import type pg from 'pg';

/**
 * Why nothing that PostgreSQL has confirmed is lost: a standby has it, too; the service that runs it keeps its disk; or the disk of a
 * single server is all there is, and is backed up like a file.
 */
export const DURABILITIES = ['replicated', 'managed', 'single'] as const;

/** One of {@link DURABILITIES}. */
export type Durability = (typeof DURABILITIES)[number];

/** The server's settings that decide it. */
interface ServerSettings {
  fsync: string;
  standbys: string;
}

/**
 * Rejects a server that would lose what it has confirmed: messages that WhatsApp believes delivered, and the keys of conversations.
 * @throws Error whose message continues "Cannot open the database …:"
 */
export async function checkDurability(client: pg.ClientBase, durability: Durability): Promise<void> {
  const { rows } = await client.query<ServerSettings>(
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_standby_names') AS standbys`,
  );
  const { fsync = 'on', standbys = '' } = rows[0] ?? {};
  if (durability !== 'single' && fsync !== 'on') throw new Error('it runs with fsync=off and loses data in a crash');
  if (durability === 'replicated' && standbys === '') throw new Error(NO_STANDBY);
}

const NO_STANDBY =
  'it has no synchronous standby (synchronous_standby_names is empty), so a failover would lose messages; set DATABASE_DURABILITY to "managed" if its disk is replicated, or to "single" if it is the only server';
