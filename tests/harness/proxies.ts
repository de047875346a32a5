import http from 'node:http';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';

/** A proxy on this machine, which counts what it connects to. */
export interface TestProxy extends AsyncDisposable {
  /** Without credentials. */
  url: string;
  /** The targets of the connections that it made, `host:port`. */
  connected: string[];
  /** The credentials that it was shown, `user:password`; `''` for none. */
  shown: string[];
}

/** How a test proxy behaves. */
export interface ProxyOptions {
  /** `user:password`; without, it asks for none. */
  credentials?: string | undefined;
}

/** A proxy that connects by the CONNECT method of HTTP. */
export async function startConnectProxy({ credentials }: ProxyOptions = {}): Promise<TestProxy> {
  const proxy = { connected: [] as string[], shown: [] as string[] };
  const sockets = new Set<Socket>();
  const server = http.createServer();
  server.on('connection', (socket: Socket) => track(sockets, socket));
  server.on('connect', ({ url = '', headers }, client: Socket, head: Buffer) => {
    const [, basic = ''] = (headers['proxy-authorization'] ?? '').split(' ');
    const given = Buffer.from(basic, 'base64').toString();
    proxy.shown.push(given);
    if (credentials !== undefined && given !== credentials) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const [host = '', port = ''] = url.split(':');
    proxy.connected.push(url);
    const target = track(sockets, net.connect(Number(port), host));
    target.once('connect', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      if (head.length > 0) target.write(head);
      join(client, target);
    });
  });
  return { ...(await listening(server, sockets, 'http')), ...proxy };
}

/** A SOCKS5 proxy (RFC 1928, with user names and passwords by RFC 1929). */
export async function startSocksProxy({ credentials }: ProxyOptions = {}): Promise<TestProxy> {
  const proxy = { connected: [] as string[], shown: [] as string[] };
  const sockets = new Set<Socket>();
  const server = net.createServer((client) => {
    track(sockets, client);
    void serve(client, { credentials, proxy, sockets }).catch(() => client.destroy());
  });
  return { ...(await listening(server, sockets, 'socks5')), ...proxy };
}

const NO_CREDENTIALS = 0;
const USER_AND_PASSWORD = 2;
const HOST_NAME = 3;

async function serve(
  client: Socket,
  {
    credentials,
    proxy,
    sockets,
  }: ProxyOptions & { proxy: Pick<TestProxy, 'connected' | 'shown'>; sockets: Set<Socket> },
): Promise<void> {
  const [, methods = 0] = await read(client, 2);
  await read(client, methods);
  client.write(Buffer.from([5, credentials === undefined ? NO_CREDENTIALS : USER_AND_PASSWORD]));
  if (credentials !== undefined && !(await isKnown(client, credentials, proxy))) {
    client.end();
    return;
  }
  const [, , , type = 0] = await read(client, 4);
  const host =
    type === HOST_NAME
      ? (await read(client, (await read(client, 1))[0] ?? 0)).toString()
      : [...(await read(client, 4))].join('.');
  const port = (await read(client, 2)).readUInt16BE();
  proxy.connected.push(`${host}:${port}`);
  const target = track(sockets, net.connect(port, host));
  target.once('connect', () => {
    client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
    join(client, target);
  });
}

async function isKnown(client: Socket, credentials: string, proxy: Pick<TestProxy, 'shown'>): Promise<boolean> {
  const [, length = 0] = await read(client, 2);
  const user = await read(client, length);
  const password = await read(client, (await read(client, 1))[0] ?? 0);
  const given = `${user.toString()}:${password.toString()}`;
  proxy.shown.push(given);
  client.write(Buffer.from([1, given === credentials ? 0 : 1]));
  return given === credentials;
}

/** Reads exactly so many bytes. */
async function read(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes = (count === 0 ? Buffer.alloc(0) : socket.read(count)) as Buffer | null;
    if (bytes) return bytes;
    if (socket.readableEnded || socket.destroyed) throw new Error('The client has left');
    await new Promise<void>((resolve) => {
      const go = () => {
        socket.off('readable', go);
        socket.off('close', go);
        resolve();
      };
      socket.on('readable', go);
      socket.on('close', go);
    });
  }
}

function join(one: Socket, other: Socket): void {
  one.pipe(other);
  other.pipe(one);
  one.on('close', () => other.destroy());
  other.on('close', () => one.destroy());
}

function track(sockets: Set<Socket>, socket: Socket): Socket {
  sockets.add(socket);
  return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
}

async function listening(
  server: Server,
  sockets: Set<Socket>,
  scheme: string,
): Promise<Pick<TestProxy, 'url' | typeof Symbol.asyncDispose>> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
