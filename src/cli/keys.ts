import { parseArgs } from 'node:util';
import dotenv from 'dotenv';
import { z } from 'zod';
import { type KeyWish } from '../domain/access.ts';
import { systemRandom } from '../kit/random.ts';
import { isoTime, systemClock } from '../kit/clock.ts';
import { silentLogger } from '../kit/logger.ts';
import { type Config, readConfig } from '../config/config.ts';
import { ApiKeys, keyWish } from '../http/server.ts';
import { openConfigured } from '../runtime/open-storage.ts';
import { askOwnServer, CommandError } from './server-client.ts';
import { type Storage } from '../ports/storage.ts';
import { StorageInUseError } from '../storage/shared/errors.ts';

const USAGE = `npm run keys -- create --scopes <scope,…> [--sessions <id,…>] [--name <text>]
npm run keys -- list
npm run keys -- revoke <keyId>
`;

/** A key as the command shows it. */
interface ShownKey {
  keyId: string;
  name: string;
  scopes: readonly string[];
  sessions: readonly string[] | null;
  createdAt: string;
}

/** Where the keys are reached: in the storage, or through the server that has it. */
interface KeyDesk {
  create(wish: KeyWish): Promise<string>;
  list(): Promise<ShownKey[]>;
  revoke(keyId: string): Promise<void>;
}

/**
 * The command `npm run keys`: works on the storage while no server has it, and asks the server (at HOST and PORT, with the
 * first key of API_KEY) while one does.
 */
async function main(): Promise<void> {
  dotenv.config({ quiet: true });
  try {
    process.stdout.write(await run(process.argv.slice(2)));
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }
}

async function run(args: string[]): Promise<string> {
  const { values, positionals } = readArguments(args);
  const [command, keyId] = positionals;
  const config = readConfig(process.env);
  if (command === 'create') return `${await atDesk(config, (desk) => desk.create(wishOf(values)))}\n`;
  if (command === 'list') return (await atDesk(config, (desk) => desk.list())).map(lineOf).join('');
  if (command !== 'revoke' || keyId === undefined) throw new CommandError(USAGE);
  await atDesk(config, (desk) => desk.revoke(keyId));
  return `${keyId} is revoked\n`;
}

function readArguments(args: string[]) {
  const option = { type: 'string' } as const;
  try {
    return parseArgs({ args, options: { scopes: option, sessions: option, name: option }, allowPositionals: true });
  } catch (cause) {
    throw new CommandError(USAGE, { cause });
  }
}

/** @throws CommandError that names the option */
function wishOf({ scopes, sessions, name }: { scopes?: string; sessions?: string; name?: string }): KeyWish {
  const parsed = keyWish.safeParse({ scopes: listOf(scopes ?? ''), sessions: sessions && listOf(sessions), name });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CommandError(`--${issue?.path[0]?.toString() ?? 'scopes'} ${issue?.message ?? ''}.\n\n${USAGE}`);
}

function listOf(text: string): string[] {
  return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
}

function lineOf({ keyId, name, scopes, sessions, createdAt }: ShownKey): string {
  return `${[keyId, createdAt, scopes.join(','), sessions?.join(',') ?? 'all sessions', name].join('  ').trimEnd()}\n`;
}

async function atDesk<Result>(config: Config, work: (desk: KeyDesk) => Promise<Result>): Promise<Result> {
  const storage = openUnlessInUse(config);
  if (!storage) return work(serverDesk(config));
  try {
    return await work(await storageDesk(storage, config));
  } finally {
    await storage[Symbol.asyncDispose]();
  }
}

function openUnlessInUse(config: Config): Storage | undefined {
  try {
    return openConfigured(config, { clock: systemClock, log: silentLogger });
  } catch (error) {
    if (error instanceof StorageInUseError) return undefined;
    throw error;
  }
}

async function storageDesk({ apiKeys: store, settings }: Storage, { http }: Config): Promise<KeyDesk> {
  const parts = { store, settings, clock: systemClock, random: systemRandom, log: silentLogger };
  const keys = await ApiKeys.load({ ...parts, pepper: http.keyPepper });
  return {
    create: async (wish) => (await keys.create(wish)).text.reveal(),
    list: () => Promise.resolve(keys.list().map((key) => ({ ...key, createdAt: isoTime(key.createdAtMs) }))),
    revoke: (keyId) => keys.revoke(keyId),
  };
}

const created = z.object({ key: z.string() });
const listed = z.object({
  data: z.array(
    z.object({
      ...{ keyId: z.string(), name: z.string(), createdAt: z.string() },
      ...{ scopes: z.array(z.string()), sessions: z.array(z.string()).nullable() },
    }),
  ),
});

function serverDesk(config: Config): KeyDesk {
  return {
    create: async (wish) =>
      created.parse(await askOwnServer(config, { method: 'POST', path: '/keys', body: wish })).key,
    list: async () => listed.parse(await askOwnServer(config, { method: 'GET', path: '/keys' })).data,
    revoke: async (keyId) => {
      await askOwnServer(config, { method: 'DELETE', path: `/keys/${encodeURIComponent(keyId)}` });
    },
  };
}

await main();
