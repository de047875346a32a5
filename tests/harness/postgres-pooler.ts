import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Version 3.0 of PostgreSQL's protocol. */
const PROTOCOL = 196_608;
/** The last message of a client that closes its connection. */
const TERMINATE = Buffer.from('X\0\0\0\x04', 'latin1');
/** The server waits for the next statement, outside of a transaction. */
const READY = Buffer.from('Z\0\0\0\x05I', 'latin1');
const NOTHING = Buffer.alloc(0);
/** The name of a connection that no client has. */
const NO_NAME = 'pooled';
/** The type of an answer that says why a statement failed. */
const ERROR = 'E'.charCodeAt(0);
/** More are not kept. */
const MAX_IDLE = 8;

/** A connection to the server that clients use one after the other. */
interface Backend {
  socket: Socket;
  /** What the server said when it had accepted the password. */
  greeting: Buffer;
}

/**
 * Connections to a PostgreSQL server that outlive those of clients in this process: to make one costs the server 30 ms of CPU, as much
 * as all the statements of a test. What a client leaves behind, such as settings and locks, is discarded before the next one gets the
 * connection. A connection that breaks off is not used again. The
 * password is asked for when it is made.
 */
export class PostgresPooler {
  readonly #server: Server;
  readonly #target: number;
  /** By the first message of their clients: database, user, settings and name are the same. */
  readonly #idle = new Map<string, Promise<Backend | undefined>[]>();

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
  }

  /** Starts one that does not keep this process alive. @param target the port of the server */
  static async start(target: number): Promise<PostgresPooler> {
    const server = createServer({ noDelay: true, allowHalfOpen: false });
    const pooler = new PostgresPooler(server, target);
    server.on('connection', (client) => pooler.#greet(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    server.unref();
    return pooler;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #greet(client: Socket): void {
    client.unref();
    client.on('error', () => undefined);
    let received = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 8 || received.length < received.readInt32BE(0)) return;
      client.off('data', onData);
      client.pause();
      if (received.readInt32BE(4) === PROTOCOL) void this.#serve(client, received);
      else client.destroy();
    };
    client.on('data', onData);
  }

  async #serve(client: Socket, startup: Buffer): Promise<void> {
    const { key, name } = parsed(startup);
    const backend = (await this.#take(key)) ?? (await this.#open(client, key));
    const isNamed =
      backend && (await answered(backend.socket, `SET application_name = '${name.replaceAll("'", "''")}'`));
    if (isNamed && !client.destroyed) {
      client.write(backend.greeting);
      this.#join(client, key, backend);
      return;
    }
    backend?.socket.destroy();
    client.destroySoon();
  }

  /** Makes a connection. The client gives its password. */
  #open(client: Socket, key: string): Promise<Backend | undefined> {
    const { promise, resolve } = Promise.withResolvers<Backend | undefined>();
    const socket = connect({ port: this.#target, host: '127.0.0.1', noDelay: true }).unref();
    socket.on('error', () => undefined);
    const toServer = (chunk: Buffer) => socket.write(chunk);
    const end = (greeting?: Buffer) => {
      client.off('data', toServer).pause();
      socket.off('data', toClient).off('close', closed);
      resolve(greeting && { socket, greeting });
    };
    const closed = () => end();
    let received: Buffer = NOTHING;
    const toClient = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const { before, greeting, isWhole } = opening(received);
      client.write(before);
      received = greeting;
      if (isWhole) end(greeting);
    };
    socket.on('data', toClient).on('close', closed);
    client.on('data', toServer).resume();
    client.on('close', () => socket.destroySoon());
    socket.write(Buffer.from(key, 'latin1'));
    return promise;
  }

  async #take(key: string): Promise<Backend | undefined> {
    const waiting = this.#idle.get(key) ?? [];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const backend = await next;
      if (backend && !backend.socket.destroyed) return backend;
    }
    return undefined;
  }

  /** Passes on what each of the two says, until one of them closes its end. */
  #join(client: Socket, key: string, { socket, greeting }: Backend): void {
    let held: Buffer = NOTHING;
    const toClient = (chunk: Buffer) => client.write(chunk);
    const closed = () => client.destroySoon();
    socket.on('data', toClient).on('close', closed);
    client.on('data', (chunk: Buffer) => {
      const all = Buffer.concat([held, chunk]);
      const isEnd = all.subarray(-TERMINATE.length).equals(TERMINATE);
      held = isEnd ? TERMINATE : NOTHING;
      socket.write(isEnd ? all.subarray(0, -TERMINATE.length) : all);
    });
    client.removeAllListeners('close').on('close', () => {
      socket.off('data', toClient).off('close', closed);
      if (held === TERMINATE && !socket.destroyed) this.#keep(key, { socket, greeting });
      else socket.resume().destroySoon();
    });
    client.resume();
  }

  #keep(key: string, backend: Backend): void {
    const waiting = this.#idle.get(key) ?? [];
    this.#idle.delete(key);
    this.#idle.set(key, [...waiting, discarded(backend)]);
    const count = [...this.#idle.values()].reduce((sum, { length }) => sum + length, 0);
    if (count <= MAX_IDLE) return;
    const [oldest] = [...this.#idle].find(([, { length }]) => length > 0)!;
    void this.#idle
      .get(oldest)
      ?.shift()
      ?.then((it) => it?.socket.destroySoon());
  }
}

/** Takes the name out of a client's first message. */
function parsed(startup: Buffer): { key: string; name: string } {
  const words = startup.toString('latin1', 8).split('\0');
  const at = words.findIndex((word, index) => index % 2 === 0 && word === 'application_name') + 1;
  const name = at > 0 ? words[at]! : NO_NAME;
  if (at > 0) words[at] = NO_NAME;
  const head = Buffer.alloc(8);
  const body = Buffer.from(words.join('\0'), 'latin1');
  head.writeInt32BE(head.length + body.length);
  head.writeInt32BE(PROTOCOL, 4);
  return { key: Buffer.concat([head, body]).toString('latin1'), name };
}

/** Divides what the server says at first: about the password, and, once it has accepted that, until it waits for a statement. */
function opening(received: Buffer): { before: Buffer; greeting: Buffer; isWhole: boolean } {
  let start = received.length;
  for (let at = 0; received.length >= at + 5;) {
    const end = at + 1 + received.readInt32BE(at + 1);
    const type = received.toString('latin1', at, at + 1);
    if (received.length < end) {
      start = Math.min(start, at);
      break;
    }
    // The password is accepted.
    if (type === 'R' && received.readInt32BE(at + 5) === 0) start = at;
    if (type === 'Z') return { before: received.subarray(0, start), greeting: received.subarray(start), isWhole: true };
    at = end;
  }
  return { before: received.subarray(0, start), greeting: received.subarray(start), isWhole: false };
}

/** Runs a statement on a connection without a client. Resolves with whether that worked, outside of a transaction. */
function answered(socket: Socket, statement: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let received = NOTHING;
  const end = (isDone: boolean) => {
    socket.off('data', onData).off('close', onClose);
    resolve(isDone);
  };
  const onClose = () => end(false);
  const onData = (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (received[0] === ERROR) end(false);
    else if (received.subarray(-READY.length).equals(READY)) end(true);
  };
  socket.on('data', onData).on('close', onClose);
  const text = Buffer.from(`${statement}\0`);
  const head = Buffer.from('Q\0\0\0\0', 'latin1');
  head.writeInt32BE(text.length + 4, 1);
  socket.write(Buffer.concat([head, text]));
  return promise;
}

/** Resolves when nothing is left of the last client, with nothing if that fails. */
async function discarded(backend: Backend): Promise<Backend | undefined> {
  if (await answered(backend.socket, 'DISCARD ALL')) return backend;
  backend.socket.destroy();
  return undefined;
}
