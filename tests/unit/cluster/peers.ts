import { type IncomingMessage, type ServerResponse } from 'node:http';
import { pino } from 'pino';
import { PeerForwarder } from '../../../src/cluster/forwarder.ts';
import { InternalPort } from '../../../src/cluster/internal-port.ts';
import { PeerClient } from '../../../src/cluster/peer-client.ts';
import { type PeerTrust } from '../../../src/cluster/peer-trust.ts';
import { OwnershipDirectory } from '../../../src/cluster/session-directory.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { type ListenOptions, startHttpServer } from '../../../src/http/server.ts';
import { type Clock } from '../../../src/kit/clock.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { HandClock } from '../../api/hand-clock.ts';
import { OwnershipTable } from '../../api/nodes.ts';
import { id, type LogLine } from '../../api/support.ts';

/** The session of the owner. */
export const SESSION = id('session_1705312200999_remote001');
export const SECRET = new Secret('a secret that all nodes of a test share');

/** What the owner does with a request: `agree` asks for its body. */
export type Owner = (request: IncomingMessage, response: ServerResponse, agree: () => void) => unknown;

/** Answers with what it was sent. */
export const echo: Owner = (request, response, agree) => {
  agree();
  request.pipe(response);
};

/** How the nodes of a test differ from others. */
export interface PeersOptions {
  owner?: Owner;
  /** The trust of the owner; without `entryTrust`, that of both. */
  trust?: PeerTrust;
  entryTrust?: PeerTrust;
  clock?: Clock;
  /** The clock of the owner, if it is another one. */
  ownerClock?: Clock;
  listening?: Partial<ListenOptions>;
  lives?: (nodeId: string) => Promise<boolean>;
}

function logInto(lines: LogLine[]) {
  return pino({ level: 'debug', base: null }, { write: (line) => lines.push(JSON.parse(line) as LogLine) });
}

/** The way of a request between two nodes, without the app: `entry` forwards everything to `owner`. */
export async function startPeers(options: PeersOptions = {}) {
  const { trust = { kind: 'secret', secret: SECRET }, entryTrust = trust } = options;
  const clock = options.clock ?? new HandClock(Date.UTC(2024, 0, 15, 10, 30));
  const { owner: handle = echo, ownerClock = clock } = options;
  const lines = { entry: [] as LogLine[], owner: [] as LogLine[] };
  const log = { entry: logInto(lines.entry), owner: logInto(lines.owner) };
  const table = new OwnershipTable();
  const port = new InternalPort({ nodeId: 'owner', trust, clock: ownerClock, log: log.owner });
  const guarded = port.guard(
    Object.assign(
      (request: IncomingMessage, response: ServerResponse) => {
        requests.push(request);
        handle(request, response, () => port.hopOf(request)?.agree());
      },
      { drain: () => Promise.resolve() },
    ),
  );
  const requests: IncomingMessage[] = [];
  const internal = await startHttpServer(guarded, {
    ...{ host: '127.0.0.1', port: 0, clock: ownerClock, log: log.owner, drainMs: 0, internal: { tls: null } },
    ...options.listening,
  });
  table.urls.set('owner', internal.url);
  table.give(SESSION, 'owner');
  const directory = new OwnershipDirectory({ ownership: table.of('entry'), nodeId: 'entry', clock });
  const client = new PeerClient({ nodeId: 'entry', trust: entryTrust, clock });
  const forwarder = new PeerForwarder({ directory, client, clock, log: log.entry });
  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const owner = await directory.ownerOf(SESSION);
      if (owner.kind === 'this-node') response.end('this node');
      else await forwarder.forward(request, response, { sessionId: SESSION, owner });
    } catch (error) {
      response.writeHead(500).end(error instanceof AppError ? error.code : String(error));
    }
  };
  const listener = Object.assign((...given: Parameters<typeof forward>) => void forward(...given), {
    drain: () => Promise.resolve(),
  });
  const entry = await startHttpServer(listener, { host: '127.0.0.1', port: 0, clock, log: log.entry, drainMs: 0 });
  return {
    ...{ table, entry, internal, client, lines, clock, ownerClock, port },
    /** What the owner was given. */
    requests,
    call: (init: RequestInit = {}, path = '/sessions/x') => fetch(`${entry.url}${path}`, init),
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await entry[Symbol.asyncDispose]();
      await internal[Symbol.asyncDispose]();
    },
  };
}

/** Waits for a fact, a turn of the event loop at a time. */
export async function untilTrue(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
