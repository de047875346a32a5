import net, { type LookupFunction, type Socket } from 'node:net';
import tls from 'node:tls';
import { Connection, type Deadline, type Exchanged } from './connection.ts';

/** Where to connect to. */
interface Place {
  host: string;
  port: number;
  isTls: boolean;
}

/** After so long without traffic, the system asks whether the other side is still there. */
const KEEP_ALIVE_MS = 1_000;

/**
 * The connections to one receiver: each carries one exchange at a time, is kept for the next ones, and closed when the receiver closes it
 * or the answer was not clean. There are as many as there were exchanges at a time.
 */
export class Origin implements Disposable {
  readonly #place: Place;
  readonly #lookup: LookupFunction | undefined;
  /** The last one used comes first, so that those beyond what is needed get old. */
  readonly #idle: Connection[] = [];
  readonly #busy = new Set<Connection>();
  #tlsSession: Buffer | undefined;
  #isClosed = false;

  /**
   * Of the URL, only scheme, host and port count. `lookup` resolves its name, instead of the system.
   * @throws TypeError when it is not an HTTP URL
   */
  constructor(url: URL, lookup?: LookupFunction) {
    const { protocol, hostname, port } = url;
    if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError('not an HTTP URL');
    const isTls = protocol === 'https:';
    const host = hostname.replace(/^\[|\]$/g, '');
    this.#place = { host, port: port === '' ? (isTls ? 443 : 80) : Number(port), isTls };
    this.#lookup = lookup;
  }

  /** Sends a request and waits for its response. Never rejects for what the network or the receiver does. */
  async exchange(request: Buffer, deadline: Deadline): Promise<Exchanged> {
    const connection = this.#takeIdle(deadline.clock.monotonic()) ?? this.#connect();
    this.#busy.add(connection);
    const end = await connection.exchange(request, deadline);
    this.#busy.delete(connection);
    if (this.#isClosed) connection.destroy();
    else if (connection.isUsableAt(deadline.clock.monotonic())) this.#idle.push(connection);
    if (end.kind === 'failed' && !end.hasConnected) this.#tlsSession = undefined;
    return end;
  }

  /** Closes its connections. Exchanges that go on fail. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const connection of [...this.#idle.splice(0), ...this.#busy]) connection.destroy();
  }

  #takeIdle(nowMs: number): Connection | undefined {
    for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop()) {
      if (connection.isUsableAt(nowMs)) return connection;
      connection.destroy();
    }
    return undefined;
  }

  #connect(): Connection {
    const { isTls } = this.#place;
    const socket = isTls ? this.#connectSecurely() : net.connect(this.#options());
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    return new Connection(socket, isTls ? 'secureConnect' : 'connect');
  }

  #connectSecurely(): Socket {
    const { host } = this.#place;
    const socket = tls.connect({
      ...this.#options(),
      ...(net.isIP(host) === 0 && { servername: host }),
      ...(this.#tlsSession && { session: this.#tlsSession }),
      ALPNProtocols: ['http/1.1'],
    });
    socket.on('session', (session) => {
      this.#tlsSession = session;
    });
    return socket;
  }

  #options() {
    const { host, port } = this.#place;
    return { host, port, noDelay: true, ...(this.#lookup && { lookup: this.#lookup }) };
  }
}
