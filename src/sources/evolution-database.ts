import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import {
  type ForeignKey,
  type ForeignSession,
  type ForeignStore,
  ForeignStoreError,
  MAX_CREDENTIALS_BYTES,
  MAX_FOUND,
  shownName,
  UnusableSessionError,
} from '../ports/foreign-store.ts';
import { keysIn } from './auth-folder.ts';
import { RedisHashes } from './redis.ts';

const TIMEOUT_MS = 30_000;

/** What the database says of an instance. */
interface Row {
  /** `null` for an instance without credentials, which may be on another engine. */
  sessionId: string | null;
  name: string;
  /** `null` where there are no credentials. */
  bytes: number | null;
}

/** Finds the keys of an instance; `undefined` when there are none. */
export interface KeyPlace extends AsyncDisposable {
  keysOf(instanceId: string): Promise<AsyncIterable<ForeignKey[]> | undefined>;
}

/** Evolution's folder `instances`, where it keeps keys while it has no Redis. */
export function instancesFolder(folder: string): KeyPlace {
  return {
    // The id comes from the database: it is compared with what is there, and never becomes a path.
    keysOf: async (instanceId) => {
      const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
        throw new ForeignStoreError(`${folder} is not a folder that can be read.`, { cause });
      });
      const found = entries.find((entry) => entry.isDirectory() && entry.name === instanceId);
      return found && keysIn(join(folder, found.name));
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Evolution's Redis, where it keeps keys as `<prefix>:instance:<id>`. @throws ForeignStoreError */
export async function instancesRedis(url: string, prefix: string): Promise<KeyPlace> {
  const hashes = await RedisHashes.connect(url);
  return {
    keysOf: async (instanceId) => {
      const key = `${prefix}:instance:${instanceId}`;
      return (await hashes.has(key)) ? hashes.keys(key) : undefined;
    },
    [Symbol.asyncDispose]: () => hashes[Symbol.asyncDispose](),
  };
}

/**
 * The sessions of Evolution API 2 in PostgreSQL: credentials in the table `Session`, names in `Instance`, and keys in another place.
 * It takes over `keys`, and disposes of it.
 * @throws ForeignStoreError
 */
export async function evolutionDatabase(url: string, keys: KeyPlace): Promise<ForeignStore> {
  const { address, schema, name } = read(url);
  const client = new pg.Client({
    ...{ connectionString: address, application_name: 'import' },
    ...{ connectionTimeoutMillis: TIMEOUT_MS, statement_timeout: TIMEOUT_MS },
  });
  // A connection that is lost also fails the statement under way.
  client.on('error', () => undefined);
  const dispose = async (): Promise<void> => {
    await client.end().catch(() => undefined);
    await keys[Symbol.asyncDispose]();
  };
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    if (schema !== null) await client.query(`SET LOCAL search_path TO ${client.escapeIdentifier(schema)}`);
    await checkTables(client, name);
  } catch (cause) {
    await dispose();
    if (cause instanceof ForeignStoreError) throw cause;
    throw new ForeignStoreError(`Cannot read ${name}: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    });
  }
  return { name, sessions: () => sessionsOf(client, keys, name), [Symbol.asyncDispose]: dispose };
}

/** Prisma's URLs name the schema, and have parameters that PostgreSQL does not know. */
function read(url: string): { address: string; schema: string | null; name: string } {
  const address = new URL(url);
  const schema = address.searchParams.get('schema');
  const options = address.searchParams.get('options');
  const sslmode = address.searchParams.get('sslmode');
  address.search = '';
  if (options !== null) address.searchParams.set('options', options);
  if (sslmode !== null) address.searchParams.set('sslmode', sslmode);
  return { address: address.href, schema, name: `postgres://${address.host}${address.pathname}` };
}

async function checkTables(client: pg.Client, name: string): Promise<void> {
  const { rows } = await client.query<{ evolution: boolean; whatsmeow: boolean }>(
    `SELECT to_regclass('"Session"') IS NOT NULL AND to_regclass('"Instance"') IS NOT NULL AS evolution,
       to_regclass('whatsmeow_device') IS NOT NULL AS whatsmeow`,
  );
  if (rows[0]?.evolution === true) return;
  if (rows[0]?.whatsmeow === true) {
    throw new ForeignStoreError(`${name} has sessions of whatsmeow, whose keys Baileys cannot use: link them again.`);
  }
  throw new ForeignStoreError(
    `${name} has no tables "Session" and "Instance" of Evolution API 2: name their schema in the URL (?schema=evolution_api).`,
  );
}

async function* sessionsOf(client: pg.Client, keys: KeyPlace, name: string): AsyncGenerator<ForeignSession, void> {
  const { rows } = await client.query<Row>(
    `SELECT s."sessionId" AS "sessionId", left(COALESCE(i."name", s."sessionId"), 255) AS name,
       octet_length(s."creds") AS bytes
     FROM "Session" s FULL JOIN "Instance" i ON i."id" = s."sessionId" ORDER BY 2, 1 LIMIT ${MAX_FOUND + 1}`,
  );
  if (rows.length > MAX_FOUND) throw new ForeignStoreError(`${name} has more than ${MAX_FOUND} instances.`);
  for (const row of rows) {
    yield {
      name: shownName(row.name),
      credentials: () => credentialsOf(client, row),
      keys: () => keysOf(keys, row),
    };
  }
}

async function credentialsOf(client: pg.Client, { sessionId, bytes }: Row): Promise<string> {
  if (sessionId === null || bytes === null) throw new UnusableSessionError('it has no credentials: it is not linked');
  if (bytes > MAX_CREDENTIALS_BYTES) throw new UnusableSessionError('its credentials are too long');
  const { rows } = await client.query<{ creds: string }>('SELECT "creds" FROM "Session" WHERE "sessionId" = $1', [
    sessionId,
  ]);
  return inner(rows[0]?.creds ?? '');
}

/** Evolution writes the JSON of a text that is JSON itself. */
function inner(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch (cause) {
    throw new UnusableSessionError('its credentials are damaged: they are not valid JSON', { cause });
  }
}

async function* keysOf(keys: KeyPlace, { sessionId }: Row): AsyncGenerator<ForeignKey[], void> {
  const found = sessionId === null ? undefined : await keys.keysOf(sessionId);
  if (found) yield* found;
}
