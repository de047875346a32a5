import type { ClientRequest, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { pino } from 'pino';
import { PeerForwarder } from '../../../src/cluster/forwarder.ts';
import { InternalPort } from '../../../src/cluster/internal-port.ts';
import { PeerClient } from '../../../src/cluster/peer-client.ts';
import type { PeerTrust } from '../../../src/cluster/peer-trust.ts';
import { OwnershipDirectory } from '../../../src/cluster/session-directory.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { type ListenOptions, startHttpServer } from '../../../src/http/server.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { HandClock } from '../../api/hand-clock.ts';
import { OwnershipTable } from '../../api/nodes.ts';
import { id, type LogLine } from '../../api/support.ts';

/** The session of the owner. */
export const SESSION = id('session_1705312200999_remote001');
export const SECRET = new Secret('a secret that all nodes of a test share');

/** What the owner does with a request: `agree` asks for its body. */
export type Owner = (request: IncomingMessage, response: ServerResponse, agree: () => Promise<boolean>) => unknown;

/** Answers with what it was sent. */
export const echo: Owner = async (request, response, agree) => {
  await agree();
  request.pipe(response);
};

/** How an owner differs from others. */
export interface OwnerOptions {
  owner?: Owner;
  trust?: PeerTrust;
  clock?: HandClock;
  listening?: Partial<ListenOptions>;
  lives?: (nodeId: string) => Promise<boolean>;
}

/** How the nodes of a test differ from others. */
export interface PeersOptions extends OwnerOptions {
  /** The trust of the entry, if it is another one. */
  entryTrust?: PeerTrust;
  /** The clock of the owner, if it is another one. */
  ownerClock?: HandClock;
}

const TRUST: PeerTrust = { kind: 'secret', secret: SECRET };
/** A clock of a node. */
export const newClock = () => new HandClock(Date.UTC(2024, 0, 15, 10, 30));
const asApp = (listener: RequestListener) => Object.assign(listener, { drain: () => Promise.resolve() });

/** A logger into an array. */
export function logInto(lines: LogLine[]) {
  return pino({ level: 'debug', base: null }, { write: (line) => lines.push(JSON.parse(line) as LogLine) });
}

/** A node with an internal port: from now on it owns the session. */
export async function startOwner(table: OwnershipTable, nodeId: string, options: OwnerOptions = {}) {
  const { owner: handle = echo, trust = TRUST, clock = newClock(), lives = () => Promise.resolve(true) } = options;
  const lines: LogLine[] = [];
  const log = logInto(lines);
  const requests: IncomingMessage[] = [];
  const port = new InternalPort({ nodeId, trust, clock, log, lives });
  const app = asApp((request, response) => {
    requests.push(request);
    handle(request, response, () => port.hopOf(request)!.agree());
  });
  const internal = await startHttpServer(port.guard(app), {
    ...{ host: '127.0.0.1', port: 0, clock, log, drainMs: 0, internal: { tls: null } },
    ...options.listening,
  });
  table.urls.set(nodeId, internal.url);
  table.give(SESSION, nodeId);
  return {
    ...{ internal, lines, clock, port },
    /** What it was given. */
    requests,
    [Symbol.asyncDispose]: () => internal[Symbol.asyncDispose](),
  };
}

/** What the entry holds in its hands. */
interface Traffic {
  requests: IncomingMessage[];
  responses: ServerResponse[];
  forwarded: ClientRequest[];
  answers: IncomingMessage[];
}

/** The way of a request between two nodes, without the app: `entry` forwards everything to the owner. */
export async function startPeers(options: PeersOptions = {}) {
  const { clock = newClock(), trust = TRUST, entryTrust = trust, ownerClock = clock } = options;
  const table = new OwnershipTable();
  const owner = await startOwner(table, 'owner', { ...options, clock: ownerClock });
  const lines: LogLine[] = [];
  const log = logInto(lines);
  const directory = new OwnershipDirectory({ ownership: table.of('entry'), nodeId: 'entry', clock });
  const client = new PeerClient({ nodeId: 'entry', trust: entryTrust, clock });
  const traffic: Traffic = { requests: [], responses: [], forwarded: [], answers: [] };
  const open = (...given: Parameters<PeerClient['open']>) => {
    const outgoing = client.open(...given).once('response', (answer: IncomingMessage) => traffic.answers.push(answer));
    traffic.forwarded.push(outgoing);
    return outgoing;
  };
  const forwarder = new PeerForwarder({ directory, client: { open }, clock, log });
  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    traffic.requests.push(request);
    traffic.responses.push(response);
    try {
      const found = await directory.ownerOf(SESSION);
      if (found.kind === 'this-node') response.end('this node');
      else await forwarder.forward(request, response, { sessionId: SESSION, owner: found });
    } catch (error) {
      response.writeHead(500).end(error instanceof AppError ? error.code : String(error));
    }
  };
  const listener = asApp((request, response) => void forward(request, response));
  const entry = await startHttpServer(listener, { host: '127.0.0.1', port: 0, clock, log, drainMs: 0 });
  return {
    ...{ table, entry, client, clock, owner, traffic, lines: { entry: lines, owner: owner.lines } },
    ...{ internal: owner.internal, requests: owner.requests },
    call: (init: RequestInit = {}, path = '/sessions/x') => fetch(`${entry.url}${path}`, init),
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await entry[Symbol.asyncDispose]();
      await owner[Symbol.asyncDispose]();
    },
  };
}

/** Waits for a fact, a turn of the event loop at a time. */
export async function untilTrue(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
