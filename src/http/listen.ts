import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, isIPv6 } from 'node:net';
import { type SecureContextOptions, Server as TlsServer, type TlsOptions, TLSSocket } from 'node:tls';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import { Connections } from './connections.ts';
import { describeFailure } from '../kit/failure.ts';
import { OperatorError } from '../kit/operator-error.ts';

/** Where and how to listen. */
export interface ListenOptions {
  host: string;
  /** 0 picks a free port. */
  port: number;
  clock: Clock;
  log: Logger;
  /** How long a shutdown waits for responses in flight. */
  drainMs?: number;
  /** How long the headers of a request may take to arrive. */
  headersMs?: number;
  /** How long a client may leave a response unread. */
  unreadMs?: number;
  /** How many connections may be open on which no caller with access has called yet. */
  maxStrangers?: number;
  /** How long a whole request may take to arrive: 5 minutes are enough for 100 MB at 3 Mbit/s. */
  requestMs?: number;
  /** The names of the settings, for the operator: by default HOST and PORT. */
  names?: { host: string; port: string };
  /** Set for the port between nodes, which has more headers, certificates or none, and asks for bodies itself (`100 Continue`). */
  internal?: InternalOptions;
}

/** How the port between nodes differs. */
interface InternalOptions {
  tls: TlsOptions | null;
  /** Called when a connection ends before its handshake does. */
  handshakeFailed?: (socket: TLSSocket, error: Error) => void;
}

/** A request listener that can be drained. */
export interface Drainable extends RequestListener {
  drain(): Promise<void>;
}

/** A listening server. Disposing of it finishes the responses in flight, and takes at most `drainMs`. */
export interface HttpServer extends AsyncDisposable {
  port: number;
  url: string;
  /** From now on, new connections are accepted with these certificates. */
  renew(certificates: SecureContextOptions): void;
}

/** The server cannot listen there. The message tells the operator why. */
export class ListenError extends OperatorError {
  override readonly name = 'ListenError';
  /** Node's code: `EADDRINUSE`, `EACCES`, … */
  readonly code: string;

  constructor(code: string, where: Where, cause: unknown) {
    super((SENTENCES[code] ?? cannotListen)(where), { cause });
    this.code = code;
  }
}

type Where = Pick<ListenOptions, 'host' | 'port' | 'names'>;

const PUBLIC = { host: 'HOST', port: 'PORT' };

const SENTENCES: Partial<Record<string, (where: Where) => string>> = {
  EADDRINUSE: ({ port, names = PUBLIC }) =>
    `Port ${port} is already in use: stop the program that uses it, or set ${names.port} to another one.`,
  EACCES: ({ port, names = PUBLIC }) =>
    `This user may not listen on port ${port}: set ${names.port} to one above 1023.`,
};

function cannotListen({ host, port, names = PUBLIC }: Where): string {
  return `Cannot listen on ${host}, port ${port}: ${names.host} must be an address of this machine.`;
}

// Longer than the 60 s for which load balancers keep idle connections, so that they close them and we do not.
const KEEP_ALIVE_MS = 65_000;

/** Against running out of file descriptors: far more than callers and streams need. */
const MAX_CONNECTIONS = 5_000;

/**
 * Starts an HTTP server for `app`.
 * @throws ListenError
 */
export async function startHttpServer(app: Drainable, options: ListenOptions): Promise<HttpServer> {
  const { host, clock, log, drainMs = 15_000, unreadMs = 30_000 } = options;
  const { maxStrangers } = options;
  const connections = new Connections({ respond: app, clock, log, unreadMs, ...(maxStrangers && { maxStrangers }) });
  const server = createFor(options, connections);
  // Expectations other than 100-continue are ignored.
  server.on('checkExpectation', connections.listener);
  server.setTimeout(unreadMs, connections.idle);
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, options);
  server.on('error', (error) =>
    log.error({ failure: describeFailure(error) }, 'the server failed to accept a connection'),
  );
  const { port } = server.address() as AddressInfo;
  let end: Promise<void> | undefined;
  return {
    port,
    url: `${options.internal?.tls ? 'https' : 'http'}://${hostInUrl(host)}:${port}`,
    renew(certificates) {
      if (server instanceof TlsServer) server.setSecureContext(certificates);
    },
    [Symbol.asyncDispose]: () => (end ??= shutDown({ server, app, connections, clock, drainMs })),
  };
}

/** Longer than the 16 KiB of the public port: whatever that accepts can be forwarded. */
const INTERNAL_HEADER_BYTES = 24 * 1024;
const TLS_HANDSHAKE_MS = 10_000;

function createFor(options: ListenOptions, connections: Connections): Server {
  const { internal } = options;
  const limited = { ...limits(options), ...(internal && { maxHeaderSize: INTERNAL_HEADER_BYTES }) };
  const server = internal?.tls
    ? createTlsServer({ ...limited, ...internal.tls, handshakeTimeout: TLS_HANDSHAKE_MS }, connections.listener)
    : createServer(limited, connections.listener);
  if (internal) server.on('checkContinue', connections.listener);
  server.on('clientError', (error, socket) => {
    // Without a handshake, nothing can be answered.
    if (socket instanceof TLSSocket && !socket.authorized) {
      internal?.handshakeFailed?.(socket, error);
      socket.destroy();
    } else connections.refuse(error, socket);
  });
  server.on('connection', connections.opened);
  if (internal?.tls) server.on('secureConnection', connections.secured);
  return server;
}

function limits({ headersMs = 15_000, requestMs = 300_000 }: ListenOptions) {
  return {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(5_000, headersMs),
    keepAliveTimeout: KEEP_ALIVE_MS,
    // The app refuses a missing header itself, with the usual error body.
    requireHostHeader: false,
  };
}

function listen(server: Server, { host, port, names = PUBLIC }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void =>
      reject(new ListenError(error.code ?? 'other', { host, port, names }, error));
    server.once('error', fail);
    server.listen({ host, port }, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

interface Shutdown {
  server: Server;
  app: Drainable;
  connections: Connections;
  clock: Clock;
  drainMs: number;
}

async function shutDown({ server, app, connections, clock, drainMs }: Shutdown): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const timeout = Promise.withResolvers<undefined>();
  const timer = clock.after(drainMs, () => timeout.resolve(undefined));
  await Promise.race([Promise.all([app.drain(), connections.drain()]), timeout.promise]);
  timer.cancel();
  // What remains are idle connections, and those that did not finish in time.
  server.closeAllConnections();
  await closed;
}

/** A host that clients on this machine can use, also when the server listens on all addresses. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return isIPv6(host) ? `[${host}]` : host;
}
