import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { type Clock } from '../kit/clock.ts';
import { type Logger } from '../kit/logger.ts';
import { Connections } from './connections.ts';
import { describeFailure } from '../kit/failure.ts';

/** Where and how to listen. */
export interface ListenOptions {
  host: string;
  /** 0 takes any free one. */
  port: number;
  clock: Clock;
  log: Logger;
  /** How long a shutdown waits for answers in the making. */
  drainMs?: number;
  /** How long the headers of a request may take to arrive. */
  headersMs?: number;
  /** How long a whole request may take to arrive: 100 MB come within 5 minutes over 3 Mbit/s. */
  requestMs?: number;
}

/** What answers the requests, and can stop doing so. */
export interface Drainable extends RequestListener {
  drain(): Promise<void>;
}

/** A server that listens. Disposing of it answers what is in flight, and ends within `drainMs`. */
export interface HttpServer extends AsyncDisposable {
  port: number;
  url: string;
}

/** The server cannot listen there. The message is one sentence for whoever starts it. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  /** Node's code: `EADDRINUSE`, `EACCES`, … */
  readonly code: string;

  constructor(code: string, where: Where, cause: unknown) {
    super((SENTENCES[code] ?? notOurs)(where), { cause });
    this.code = code;
  }
}

type Where = Pick<ListenOptions, 'host' | 'port'>;

const SENTENCES: Partial<Record<string, (where: Where) => string>> = {
  EADDRINUSE: ({ port }) => `Port ${port} is already in use: stop the program that has it, or set PORT to another one.`,
  EACCES: ({ port }) => `Port ${port} may not be used by this user: set PORT to one above 1023.`,
};

function notOurs({ host, port }: Where): string {
  return `Cannot listen on ${host}, port ${port}: HOST must be an address of this machine.`;
}

// Longer than the minute for which load balancers keep a line, so that they close it and not we.
const KEEP_ALIVE_MS = 65_000;

/**
 * Listens, and answers with `app`.
 * @throws ListenError
 */
export async function startHttpServer(app: Drainable, options: ListenOptions): Promise<HttpServer> {
  const { host, clock, log, drainMs = 15_000 } = options;
  const connections = new Connections(app, log);
  const server = createServer(limits(options), connections.listener);
  // Who asks for more than 100-continue is answered as if he had not.
  server.on('checkExpectation', connections.listener);
  server.on('clientError', connections.refuse);
  await listen(server, options);
  server.on('error', (error) =>
    log.error({ failure: describeFailure(error) }, 'the server failed to take a connection'),
  );
  const { port } = server.address() as AddressInfo;
  let end: Promise<void> | undefined;
  return {
    port,
    url: `http://${hostInUrl(host)}:${port}`,
    [Symbol.asyncDispose]: () => (end ??= shutDown({ server, app, connections, clock, drainMs })),
  };
}

function limits({ headersMs = 15_000, requestMs = 300_000 }: ListenOptions) {
  return {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(5_000, headersMs),
    keepAliveTimeout: KEEP_ALIVE_MS,
    // The app refuses these, in our shape.
    requireHostHeader: false,
  };
}

function listen(server: Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void =>
      reject(new ListenError(error.code ?? 'other', { host, port }, error));
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
  const bound = Promise.withResolvers<undefined>();
  const timer = clock.after(drainMs, () => bound.resolve(undefined));
  await Promise.race([Promise.all([app.drain(), connections.drain()]), bound.promise]);
  timer.cancel();
  // Left are connections on which nothing was asked, or whose time is over.
  server.closeAllConnections();
  await closed;
}

/** Something that a client on this machine can call, also when the server listens on all addresses. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return isIPv6(host) ? `[${host}]` : host;
}
