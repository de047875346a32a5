import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Where bytes go. */
export type Direction = 'to server' | 'to client';

/** Where a connection breaks. */
export interface Break {
  direction: Direction;
  /** How much of the bytes that go there next still passes; `undefined` while all of it does. */
  reached: (chunk: Buffer) => number | undefined;
  /** The connection is cut, or stays open and passes nothing any more. */
  how: 'cut' | 'stall';
}

/** Passes connections on to a port of this machine, and can cut, delay and stall them. */
export class TcpRelay implements AsyncDisposable {
  /** How long bytes are under way, in each direction. */
  delayMs = 0;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  #target: number;
  #isAway = false;
  #isStalled = false;
  #break: Break | undefined;
  #isBroken = Promise.withResolvers<undefined>();

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
  }

  static async start(target: number): Promise<TcpRelay> {
    const server = createServer({ noDelay: true });
    const relay = new TcpRelay(server, target);
    server.on('connection', (socket) => relay.#join(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts all connections; new ones work. */
  cut(): void {
    for (const connection of this.#connections) connection.cut();
  }

  /** Cuts all connections, and new ones at once. */
  goAway(): void {
    this.#isAway = true;
    this.cut();
  }

  comeBack(): void {
    this.#isAway = false;
  }

  /** New connections lead to another port. */
  pointAt(target: number): void {
    this.#target = target;
  }

  /** From now on nothing passes, also of new connections, and nobody hears that others close theirs. */
  stall(): void {
    this.#isStalled = true;
    for (const connection of this.#connections) connection.stall();
  }

  /** As {@link stall}, but new connections work: a machine that is gone, and another one in its place. */
  stallOpen(): void {
    for (const connection of this.#connections) connection.stall();
  }

  /** What was stalled goes on. */
  flow(): void {
    this.#isStalled = false;
    for (const connection of this.#connections) connection.flow();
  }

  /** Breaks the first connection on which this is reached, or none any more. */
  breakAt(rule: Break | undefined): void {
    this.#break = rule;
    this.#isBroken = Promise.withResolvers();
  }

  /** Whether the place of {@link breakAt} has not been reached yet. */
  get isWhole(): boolean {
    return this.#break !== undefined;
  }

  /** Resolves when it is reached. */
  get broken(): Promise<undefined> {
    return this.#isBroken.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    if (this.#isAway) return void client.destroy();
    const connection = new Connection(client, connect({ port: this.#target, host: '127.0.0.1', noDelay: true }), {
      delayMs: () => this.delayMs,
      breakOf: (chunk, direction) => this.#breakOf(chunk, direction),
    });
    this.#connections.add(connection);
    connection.onClose(() => this.#connections.delete(connection));
    if (this.#isStalled) connection.stall();
  }

  #breakOf(chunk: Buffer, direction: Direction): { at: number; how: Break['how'] } | undefined {
    const rule = this.#break;
    if (rule?.direction !== direction) return undefined;
    const at = rule.reached(chunk);
    if (at === undefined) return undefined;
    this.#break = undefined;
    this.#isBroken.resolve(undefined);
    return { at, how: rule.how };
  }
}

/** What a connection asks the relay. */
interface Rules {
  delayMs: () => number;
  breakOf: (chunk: Buffer, direction: Direction) => { at: number; how: Break['how'] } | undefined;
}

/** What passes: bytes, or the end. */
type Item = Buffer | 'end';

/** A client's connection, and ours to the server. */
class Connection {
  readonly #ends: Readonly<Record<Direction, { from: Socket; to: Socket }>>;
  readonly #rules: Rules;
  /** What has arrived while nothing passes; `undefined` otherwise. */
  #waiting: { item: Item; direction: Direction }[] | undefined;

  constructor(client: Socket, server: Socket, rules: Rules) {
    this.#rules = rules;
    this.#ends = { 'to server': { from: client, to: server }, 'to client': { from: server, to: client } };
    for (const direction of ['to server', 'to client'] as const) {
      const { from } = this.#ends[direction];
      from.on('error', () => undefined);
      from.on('data', (chunk: Buffer) => this.#arrived(chunk, direction));
      from.on('close', () => this.#arrived('end', direction));
    }
  }

  /** Calls `listener` when both ends are closed. */
  onClose(listener: () => void): void {
    const { from, to } = this.#ends['to server'];
    for (const socket of [from, to]) socket.on('close', () => from.destroyed && to.destroyed && listener());
  }

  cut(): void {
    for (const { from } of Object.values(this.#ends)) from.destroy();
  }

  stall(): void {
    this.#waiting ??= [];
  }

  flow(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const { item, direction } of waiting) this.#pass(item, direction);
  }

  #arrived(item: Item, direction: Direction): void {
    const delayMs = this.#rules.delayMs();
    if (delayMs > 0) setTimeout(() => this.#pass(item, direction), delayMs);
    else this.#pass(item, direction);
  }

  #pass(item: Item, direction: Direction): void {
    if (this.#waiting) {
      this.#waiting.push({ item, direction });
      return;
    }
    const { from, to } = this.#ends[direction];
    if (item === 'end') {
      to.destroySoon();
      return;
    }
    const broken = this.#rules.breakOf(item, direction);
    const passing = broken ? item.subarray(0, broken.at) : item;
    if (passing.length > 0 && !to.write(passing)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
    if (broken?.how === 'cut') from.destroy();
    if (broken?.how === 'stall') this.#waiting = [{ item: item.subarray(broken.at), direction }];
  }
}
