import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A reply before it is encoded: a number, a text, nothing, a list, or a status. */
type Reply = number | string | null | Reply[] | { status: string } | { error: string };

/** The commands that change nothing; `HELLO` asks for RESP 3, which it does not speak. */
const READS = new Set('HELLO SCAN TYPE EXISTS HEXISTS HLEN HKEYS HSTRLEN HMGET SELECT QUIT'.split(' '));

/** A server with hashes that speaks Redis' protocol (RESP 2), as far as its clients in the tests use it. */
export class RedisServer implements AsyncDisposable {
  readonly hashes = new Map<string, Map<string, string>>();
  readonly texts = new Map<string, string>();
  /** The names of all commands that were not reads. */
  readonly writes: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  readonly #commands: Readonly<Record<string, (args: readonly string[]) => Reply>> = {
    HSET: ([key = '', ...values]) => this.#set(key, values),
    SCAN: (args) => this.#scan(args),
    EXISTS: ([key = '']) => this.#find('EXISTS', key),
    TYPE: ([key = '']) => this.#find('TYPE', key),
    SELECT: () => ({ status: 'OK' }),
    QUIT: () => ({ status: 'OK' }),
  };

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(): Promise<RedisServer> {
    const redis = new RedisServer();
    await new Promise<void>((resolve) => redis.#server.listen(0, '127.0.0.1', resolve));
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}/0`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let rest = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let read = readCommand(rest); read; read = readCommand(rest)) {
        rest = rest.subarray(read.length);
        socket.write(encoded(this.#answer(read.words)));
        if (read.words[0]?.toUpperCase() === 'QUIT') socket.end();
      }
    });
  }

  #answer([command = '', ...args]: string[]): Reply {
    const name = command.toUpperCase();
    if (!READS.has(name)) this.writes.push(name);
    const [key = '', ...fields] = args;
    if (name.startsWith('H') && this.texts.has(key)) return { error: 'WRONGTYPE not a hash' };
    const hash = this.hashes.get(key) ?? new Map<string, string>();
    const unknown = { error: `ERR unknown command '${command}'` };
    return this.#commands[name]?.(args) ?? readHash(name, hash, fields) ?? unknown;
  }

  #find(name: 'EXISTS' | 'TYPE', key: string): Reply {
    const type = this.hashes.has(key) ? 'hash' : this.texts.has(key) ? 'string' : 'none';
    return name === 'TYPE' ? { status: type } : Number(type !== 'none');
  }

  #set(key: string, values: readonly string[]): number {
    const hash = this.hashes.get(key) ?? new Map<string, string>();
    this.hashes.set(key, hash);
    const before = hash.size;
    for (let at = 0; at + 1 < values.length; at += 2) hash.set(values[at] ?? '', values[at + 1] ?? '');
    return hash.size - before;
  }

  /** In pages of two, whatever `COUNT` says: a client must follow the cursor. */
  #scan([cursor = '0', ...options]: readonly string[]): Reply {
    const pattern = options[options.findIndex((word) => word.toUpperCase() === 'MATCH') + 1] ?? '*';
    const keys = [...this.hashes.keys(), ...this.texts.keys()];
    const next = Number(cursor) + 2;
    const page = keys.slice(Number(cursor), next).filter((key) => expressionOf(pattern).test(key));
    return [next < keys.length ? String(next) : '0', page];
  }
}

function readHash(name: string, hash: ReadonlyMap<string, string>, fields: readonly string[]): Reply | undefined {
  const [field = ''] = fields;
  if (name === 'HEXISTS') return Number(hash.has(field));
  if (name === 'HLEN') return hash.size;
  if (name === 'HKEYS') return [...hash.keys()];
  if (name === 'HSTRLEN') return Buffer.byteLength(hash.get(field) ?? '');
  if (name === 'HMGET') return fields.map((wanted) => hash.get(wanted) ?? null);
  return undefined;
}

function expressionOf(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|[*?]|[^\w]/gs, (part, escaped: string | undefined) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    return RegExp.escape(escaped ?? part);
  });
  return new RegExp(`^${source}$`, 's');
}

function readCommand(bytes: Buffer): { words: string[]; length: number } | undefined {
  let at = 0;
  const line = (): string | undefined => {
    const end = bytes.indexOf('\r\n', at);
    if (end === -1) return undefined;
    const text = bytes.toString('utf8', at, end);
    at = end + 2;
    return text;
  };
  const count = line();
  if (count === undefined) return undefined;
  const words: string[] = [];
  while (words.length < Number(count.slice(1))) {
    const size = line();
    if (size === undefined) return undefined;
    const end = at + Number(size.slice(1));
    if (bytes.length < end + 2) return undefined;
    words.push(bytes.toString('utf8', at, end));
    at = end + 2;
  }
  return { words, length: at };
}

function encoded(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  if (Array.isArray(reply)) return `*${reply.length}\r\n${reply.map(encoded).join('')}`;
  return 'status' in reply ? `+${reply.status}\r\n` : `-${reply.error}\r\n`;
}
