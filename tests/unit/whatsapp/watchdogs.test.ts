import { initAuthCreds, makeWASocket, type WASocket } from '@whiskeysockets/baileys';
import { createHash } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { silentLogger } from '../../../src/kit/logger.ts';
import { watchClose } from '../../../src/whatsapp/connection/watchdogs/close.ts';
import { ConnectionClock } from '../../../src/whatsapp/connection/watchdogs/connection-clock.ts';
import { watchLocks } from '../../../src/whatsapp/connection/watchdogs/locks.ts';
import { watchStart } from '../../../src/whatsapp/connection/watchdogs/start.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const HOLD_LIMIT_MS = 180_000;

/** Accepts WebSocket connections and sends nothing more, not even a close frame. */
class MuteServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', (request) => {
        const key = /Sec-WebSocket-Key: (\S+)/i.exec(request.toString())?.[1] ?? '';
        const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
        );
      });
    });
  }

  static async start(): Promise<MuteServer> {
    const mute = new MuteServer();
    await new Promise<void>((resolve) => mute.#server.listen(0, '127.0.0.1', resolve));
    return mute;
  }

  /** A Baileys socket that connects to it. */
  connect(): WASocket {
    return makeWASocket({
      waWebSocketUrl: `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      auth: { creds: initAuthCreds(), keys: { get: () => ({}), set: () => undefined } },
      logger: silentLogger,
      connectTimeoutMs: 0,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function watched(socket: WASocket) {
  const clock = new ManualClock();
  const givenUp: string[] = [];
  const connectionClock = new ConnectionClock(clock);
  const giveUp = ({ message }: Error) => givenUp.push(message);
  watchLocks({ socket, clock: connectionClock, giveUp, note: () => undefined });
  return { clock, connectionClock, givenUp };
}

function starting(socket: WASocket, connectTimeoutMs?: number) {
  const clock = new ManualClock();
  const givenUp: string[] = [];
  const giveUp = ({ message }: Error) => givenUp.push(message);
  watchStart({ socket, clock, giveUp, note: () => undefined, connectTimeoutMs });
  return { clock, givenUp };
}

const forever = () => new Promise<never>(() => undefined);

describe('a lock that is held forever', () => {
  it.each(['messageMutex', 'receiptMutex', 'notificationMutex', 'appStatePatchMutex'] as const)(
    'ends the connection after three minutes: %s',
    async (lock) => {
      await using server = await MuteServer.start();
      const socket = server.connect();
      const { clock, givenUp } = watched(socket);
      void socket[lock].mutex(forever);

      await clock.advance(HOLD_LIMIT_MS - 1);
      expect(givenUp).toEqual([]);
      await clock.advance(1);

      expect(givenUp).toEqual([`Work under ${lock} did not finish in time`]);
    },
  );

  it('ends the connection even when it is a key transaction', async () => {
    await using server = await MuteServer.start();
    const socket = server.connect();
    const { clock, givenUp } = watched(socket);
    void socket.authState.keys.transaction(forever, 'me');

    await clock.advance(HOLD_LIMIT_MS);

    expect(givenUp).toEqual(['Work under a key transaction did not finish in time']);
  });

  it('is not mistaken for a long queue of short work, which keeps its results and failures', async () => {
    await using server = await MuteServer.start();
    const socket = server.connect();
    const { clock, givenUp } = watched(socket);
    const { messageMutex } = socket;
    const results = Array.from({ length: 5 }, (_, index) =>
      messageMutex.mutex(() => new Promise<number>((resolve) => clock.after(HOLD_LIMIT_MS / 2, () => resolve(index)))),
    );
    const failure = expect(messageMutex.mutex(() => Promise.reject(new Error('of the work')))).rejects.toThrow(
      'of the work',
    );

    await clock.advance(HOLD_LIMIT_MS * 3);

    expect(await Promise.all(results)).toEqual([0, 1, 2, 3, 4]);
    await failure;
    expect([givenUp, clock.timers]).toEqual([[], []]);
  });

  it('is ignored once the connection is over', async () => {
    await using server = await MuteServer.start();
    const socket = server.connect();
    const { clock, connectionClock, givenUp } = watched(socket);
    void socket.messageMutex.mutex(forever);
    await clock.untilTimer(HOLD_LIMIT_MS);

    connectionClock.stop();
    void socket.receiptMutex.mutex(forever);
    await clock.advance(HOLD_LIMIT_MS);

    expect([givenUp, clock.timers]).toEqual([[], []]);
  });
});

describe('a connection that does not start', () => {
  it('is given up when it does not open', async () => {
    await using server = await MuteServer.start();
    const socket = server.connect();
    const { clock, givenUp } = starting(socket);

    await clock.advance(19_999);
    expect(givenUp).toEqual([]);
    await clock.advance(1);

    expect(givenUp).toEqual(['The connection to WhatsApp did not open in time']);
  });

  it('is given up when it receives nothing', async () => {
    await using server = await MuteServer.start();
    const socket = server.connect();
    const { clock, givenUp } = starting(socket, 3_000);
    await new Promise((resolve) => socket.ws.on('open', resolve));

    await clock.advance(3_000);

    expect(givenUp).toEqual(['WhatsApp did not respond on a new connection in time']);
  });

  it('may take as long as a login once it has received something', async () => {
    await using server = await MuteServer.start();
    const socket = server.connect();
    const { clock, givenUp } = starting(socket);
    await new Promise((resolve) => socket.ws.on('open', resolve));
    socket.ws.emit('frame', {});

    await clock.advance(89_999);
    expect(givenUp).toEqual([]);
    await clock.advance(1);

    expect(givenUp).toEqual(['WhatsApp did not complete the login']);
  });
});

describe('a connection that Baileys ends', () => {
  it('is over after 3 s even when the server never closes its side', async () => {
    await using server = await MuteServer.start();
    const socket = server.connect();
    const clock = new ManualClock();
    watchClose({ socket, clock });
    await new Promise((resolve) => socket.ws.on('open', resolve));

    const ended = socket.end(undefined);
    await clock.untilTimer(3_000);
    await clock.advance(3_000);

    await ended;
    expect([socket.ws.isClosed, clock.timers]).toEqual([true, []]);
  });
});
