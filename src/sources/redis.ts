import { Redis } from 'ioredis';
import {
  type ForeignKey,
  type ForeignSession,
  type ForeignStore,
  ForeignStoreError,
  MAX_CREDENTIALS_BYTES,
  MAX_FOUND,
  MAX_KEY_BYTES,
  MAX_KEYS,
  shownName,
  UnusableSessionError,
} from '../ports/foreign-store.ts';

const CREDENTIALS = 'creds';
/** How many keys are read at once. */
const BATCH = 200;
const CONNECT_TIMEOUT_MS = 5_000;
const COMMAND_TIMEOUT_MS = 30_000;

/** A Redis in which each session is a hash: a field for the credentials, and one for each key. It is only read. */
export class RedisHashes implements AsyncDisposable {
  readonly #redis: Redis;
  /** Without user and password. */
  readonly name: string;

  private constructor(redis: Redis, name: string) {
    this.#redis = redis;
    this.name = name;
  }

  /** Connects. @throws ForeignStoreError */
  static async connect(url: string): Promise<RedisHashes> {
    const { protocol, host, pathname } = new URL(url);
    const name = `${protocol}//${host}${pathname}`;
    const redis = new Redis(url, {
      ...{ lazyConnect: true, enableReadyCheck: false, enableOfflineQueue: false, disableClientInfo: true },
      ...{ connectTimeout: CONNECT_TIMEOUT_MS, commandTimeout: COMMAND_TIMEOUT_MS },
      ...{ maxRetriesPerRequest: 0, retryStrategy: () => null },
    });
    // The command under way fails, too.
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      await redis.exists(CREDENTIALS);
      return new RedisHashes(redis, name);
    } catch (cause) {
      redis.disconnect();
      throw new ForeignStoreError(`Cannot read ${name}: ${reasonOf(cause)}.`, { cause });
    }
  }

  /** The hashes whose keys match, in the order of their names. @throws ForeignStoreError */
  async find(pattern: string): Promise<string[]> {
    const found = new Set<string>();
    try {
      for await (const keys of this.#redis.scanStream({ match: pattern, count: 1_000 }) as AsyncIterable<string[]>) {
        for (const key of keys) if (!found.has(key) && (await this.has(key))) found.add(key);
        if (found.size > MAX_FOUND) throw new ForeignStoreError(`${this.name} has more than ${MAX_FOUND} hashes.`);
      }
    } catch (cause) {
      if (cause instanceof ForeignStoreError) throw cause;
      throw new ForeignStoreError(`Cannot read ${this.name}: ${reasonOf(cause)}.`, { cause });
    }
    return [...found].toSorted();
  }

  /** Whether there is a hash with this key. */
  async has(key: string): Promise<boolean> {
    return (await this.#redis.type(key)) === 'hash';
  }

  /** Whether the hash has credentials. */
  async isSession(key: string): Promise<boolean> {
    return (await this.#redis.hexists(key, CREDENTIALS)) === 1;
  }

  /** The session in this hash. */
  session(key: string, name: string): ForeignSession {
    return {
      name: shownName(name),
      credentials: async () => {
        const [found] = await this.#read(key, [CREDENTIALS], MAX_CREDENTIALS_BYTES);
        if (found?.text === undefined) throw new UnusableSessionError('its credentials are missing, or too long');
        return found.text;
      },
      keys: () => this.keys(key),
    };
  }

  /** The keys in this hash. */
  async *keys(key: string): AsyncGenerator<ForeignKey[], void> {
    if ((await this.#redis.hlen(key)) > MAX_KEYS) throw new UnusableSessionError(`it has more than ${MAX_KEYS} keys`);
    const fields = (await this.#redis.hkeys(key)).filter((field) => field !== CREDENTIALS);
    for (let at = 0; at < fields.length; at += BATCH) {
      yield await this.#read(key, fields.slice(at, at + BATCH), MAX_KEY_BYTES);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#redis.quit().catch(() => this.#redis.disconnect());
  }

  async #read(key: string, fields: readonly string[], maxBytes: number): Promise<ForeignKey[]> {
    const lengths = await Promise.all(fields.map((field) => this.#redis.hstrlen(key, field)));
    const short = fields.filter((_, at) => (lengths[at] ?? 0) <= maxBytes);
    const values = short.length === 0 ? [] : await this.#redis.hmget(key, ...short);
    const texts = new Map(short.map((field, at) => [field, values[at] ?? undefined]));
    return fields.map((field) => ({ name: field, isFileName: false, text: texts.get(field) }));
  }
}

/** A text as it is in a pattern of Redis. */
function literal(text: string): string {
  return text.replace(/[\\*?[\]^]/g, '\\$&');
}

/** The sessions of Evolution API in Redis (`CACHE_REDIS_SAVE_INSTANCES`): `<prefix>:instance:<id>` or, in version 1, `<prefix>:<name>`. */
export async function evolutionRedis(url: string, prefix: string): Promise<ForeignStore> {
  return storeOf(await RedisHashes.connect(url), `${literal(prefix)}:*`, (key) =>
    key.slice(prefix.length + 1).replace(/^instance:/, ''),
  );
}

const FAZER = /^@baileys-api:connections:(.*):authState$/s;

/** The sessions of fazer.ai's baileys-api: `@baileys-api:connections:<number>:authState`. */
export async function fazerRedis(url: string): Promise<ForeignStore> {
  return storeOf(
    await RedisHashes.connect(url),
    '@baileys-api:connections:*:authState',
    (key) => FAZER.exec(key)?.[1] ?? key,
  );
}

function storeOf(hashes: RedisHashes, pattern: string, nameOf: (key: string) => string): ForeignStore {
  return {
    name: hashes.name,
    sessions: async function* () {
      for (const key of await hashes.find(pattern)) {
        if (await hashes.isSession(key)) yield hashes.session(key, nameOf(key));
      }
    },
    [Symbol.asyncDispose]: () => hashes[Symbol.asyncDispose](),
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
