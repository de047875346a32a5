import { z } from 'zod';
import { systemRandom } from '../kit/random.ts';
import { isoTime, systemClock } from '../kit/clock.ts';
import { silentLogger } from '../kit/logger.ts';
import { type Config, readConfig } from '../config/config.ts';
import type { Environment } from '../config/environment.ts';
import type { ApiKey } from '../domain/access.ts';
import { ApiKeys } from '../http/access/api-keys.ts';
import { keySpec } from '../http/schemas/key-schemas.ts';
import { openConfigured } from '../runtime/open-storage.ts';
import { readArguments as readOptions, UsageError } from './arguments.ts';
import { callServer } from './server-client.ts';
import type { Storage } from '../ports/storage.ts';
import { StorageInUseError } from '../storage/shared/errors.ts';

/** What `--help` prints. */
export const USAGE = `npm run keys -- create --scopes <scope,…> [--sessions <id,…>] [--name <text>]
  [--recipients <number,…>] [--approval]
npm run keys -- list
npm run keys -- revoke <keyId>

Makes, lists and revokes API keys (docs/security.md), while the server runs or not.
  --help, --version
`;

/** A key as `POST /keys` takes it, checked. */
type GivenKey = Readonly<Record<string, unknown>>;

/** The options of `create`. */
interface Options {
  scopes?: string;
  sessions?: string;
  name?: string;
  recipients?: string;
  approval?: boolean;
}

/** A key in the output of the command. */
interface ListedKey {
  keyId: string;
  name: string;
  scopes: readonly string[];
  sessions: readonly string[] | null;
  /** The only recipients that it may send to; `null` for all. */
  recipients: readonly string[] | null;
  /** Whether a person approves what it sends. */
  approval: boolean;
  createdAt: string;
}

/** Access to the keys: directly in the storage, or through the server that uses it. */
interface KeyAccess {
  create(given: GivenKey): Promise<string>;
  list(): Promise<ListedKey[]>;
  revoke(keyId: string): Promise<void>;
}

/**
 * The command `npm run keys`: works on the storage directly, or through the server (at HOST and PORT, with the first key of API_KEY)
 * while one is running. Resolves with its output.
 */
export async function runKeysCommand(args: string[], environment: Environment): Promise<string> {
  const { values, positionals } = readArguments(args);
  const [command, keyId] = positionals;
  const config = readConfig(environment);
  if (command === 'create') return `${await withKeys(config, (keys) => keys.create(specOf(values)))}\n`;
  if (command === 'list') return (await withKeys(config, (keys) => keys.list())).map(formatted).join('');
  if (command !== 'revoke' || keyId === undefined) throw new UsageError(USAGE);
  await withKeys(config, (keys) => keys.revoke(keyId));
  return `${keyId} is revoked\n`;
}

function readArguments(args: string[]) {
  const option = { type: 'string' } as const;
  const options = { scopes: option, sessions: option, name: option, recipients: option } as const;
  return readOptions({ args, options: { ...options, approval: { type: 'boolean' } }, allowPositionals: true }, USAGE);
}

/** @throws UsageError that names the invalid option */
function specOf({ scopes, sessions, name, recipients, approval }: Options): GivenKey {
  const given = {
    scopes: listOf(scopes ?? ''),
    sessions: sessions && listOf(sessions),
    ...{ name, recipients: recipients && listOf(recipients), approval },
  };
  const parsed = keySpec.safeParse(given);
  if (parsed.success) return given;
  const [issue] = parsed.error.issues;
  throw new UsageError(`--${issue?.path[0]?.toString() ?? 'scopes'} ${issue?.message ?? ''}.\n\n${USAGE}`);
}

function listOf(text: string): string[] {
  return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
}

function formatted({ keyId, name, scopes, sessions, recipients, approval, createdAt }: ListedKey): string {
  const limits = [...(recipients ? [`only to ${recipients.join(',')}`] : []), ...(approval ? ['with approval'] : [])];
  const parts = [keyId, createdAt, scopes.join(','), sessions?.join(',') ?? 'all sessions', ...limits, name];
  return `${parts.join('  ').trimEnd()}\n`;
}

async function withKeys<Result>(config: Config, work: (keys: KeyAccess) => Promise<Result>): Promise<Result> {
  const storage = await openUnlessInUse(config);
  if (!storage) return work(keysOfServer(config));
  try {
    return await work(await keysInStorage(storage, config));
  } finally {
    await storage[Symbol.asyncDispose]();
  }
}

async function openUnlessInUse(config: Config): Promise<Storage | undefined> {
  try {
    return await openConfigured(config, { clock: systemClock, log: silentLogger });
  } catch (error) {
    if (error instanceof StorageInUseError) return undefined;
    throw error;
  }
}

async function keysInStorage({ apiKeys: store, settings }: Storage, { http }: Config): Promise<KeyAccess> {
  const deps = { store, settings, clock: systemClock, random: systemRandom, log: silentLogger };
  const keys = await ApiKeys.load({ ...deps, pepper: http.keyPepper });
  return {
    create: async (given) => (await keys.create(keySpec.parse(given))).text.reveal(),
    list: () => Promise.resolve(keys.list().map(listedKey)),
    revoke: (keyId) => keys.revoke(keyId),
  };
}

function listedKey({ limits, createdAtMs, ...key }: ApiKey): ListedKey {
  const { recipients = null, approval = false } = limits ?? {};
  return { ...key, recipients, approval, createdAt: isoTime(createdAtMs) };
}

const created = z.object({ key: z.string() });
const listed = z.object({
  data: z.array(
    z.object({
      ...{ keyId: z.string(), name: z.string(), createdAt: z.string() },
      ...{ scopes: z.array(z.string()), sessions: z.array(z.string()).nullable() },
      // A server of an earlier version has none.
      ...{ recipients: z.array(z.string()).nullable().default(null), approval: z.boolean().default(false) },
    }),
  ),
});

function keysOfServer(config: Config): KeyAccess {
  return {
    create: async (spec) => created.parse(await callServer(config, { method: 'POST', path: '/keys', body: spec })).key,
    list: async () => listed.parse(await callServer(config, { method: 'GET', path: '/keys' })).data,
    revoke: async (keyId) => {
      await callServer(config, { method: 'DELETE', path: `/keys/${encodeURIComponent(keyId)}` });
    },
  };
}
