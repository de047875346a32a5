import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../kit/clock.ts';
import { httpRequest } from '../../kit/http-client.ts';
import type { UrlRules } from './url-rules.ts';

const CONNECT_MS = 10_000;
const TOTAL_MS = 60_000;
const MAX_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number | undefined> = new Set([301, 302, 303, 307, 308]);

/** The dependencies of {@link guardedFetch}. */
export interface FetchDeps {
  rules: UrlRules;
  clock: Clock;
  userAgent: string;
}

/** A response with status 200 whose body has not been read yet. */
export interface FetchedAnswer {
  /** The final URL, after redirects. */
  url: URL;
  body: IncomingMessage;
}

/**
 * Fetches a URL as an anonymous client: without proxy, cookies or credentials, on a connection of its own, and with every
 * redirect checked like the first URL. `take` reads the body; the limit for everything is 60 seconds, unless it is another.
 * @throws AppError `url_not_allowed`, `url_not_reachable`, and what `take` throws
 */
export async function guardedFetch<Result>(
  text: string,
  deps: FetchDeps,
  take: (answer: FetchedAnswer) => Promise<Result>,
  totalMs = TOTAL_MS,
): Promise<Result> {
  const limit = new AbortController();
  const timer = deps.clock.after(totalMs, () =>
    limit.abort(unreachable(`it took longer than ${totalMs / 1000} seconds`)),
  );
  try {
    const answer = await follow(text, deps, limit.signal);
    return await take(answer);
  } catch (error) {
    throw refusal(limit.signal.aborted ? limit.signal.reason : error);
  } finally {
    timer.cancel();
    // Closes the connection, even if the rest was not read.
    limit.abort();
  }
}

async function follow(text: string, deps: FetchDeps, signal: AbortSignal): Promise<FetchedAnswer> {
  let url = deps.rules.check(text);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const body = await ask(url, deps, signal);
    const location = REDIRECTS.has(body.statusCode) ? body.headers.location : undefined;
    if (location === undefined) return { url, body: acceptable(body) };
    body.destroy();
    url = deps.rules.check(location, url);
  }
  throw unreachable(`it redirects more than ${MAX_REDIRECTS} times`);
}

/** One request, without redirects; its body is Node's own stream, as it comes from the wire. */
function ask(url: URL, deps: FetchDeps, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // axios does not notice a connection that ends with neither an answer nor an error, as after a 101.
    const agent = guardedAgent(url, deps, () => reject(unreachable('it closed the connection')));
    httpRequest<IncomingMessage>({
      ...{ url: url.href, responseType: 'stream', decompress: false, signal, httpAgent: agent, httpsAgent: agent },
      headers: { 'User-Agent': deps.userAgent, Accept: '*/*', 'Accept-Encoding': 'identity' },
    }).then(({ data }) => resolve(data), reject);
  });
}

/**
 * An agent for one request. It resolves names only by the lookup of the rules, so the addresses that are checked are those that
 * are connected to, and gives up when there is no connection after 10 seconds.
 */
function guardedAgent(url: URL, { rules, clock }: FetchDeps, onClosed: () => void): http.Agent {
  const isTls = url.protocol === 'https:';
  const agent = new (isTls ? https : http).Agent({ lookup: rules.lookupFor(url) });
  const connect = agent.createConnection.bind(agent);
  const guard = (socket: Duplex): void => {
    const timer = clock.after(CONNECT_MS, () =>
      socket.destroy(unreachable('no connection could be made within 10 seconds')),
    );
    socket.once(isTls ? 'secureConnect' : 'connect', () => timer.cancel());
    socket.once('close', () => {
      timer.cancel();
      // Runs after the error of a failed request, which says more.
      setImmediate(onClosed);
    });
  };
  agent.createConnection = (options, onCreate) => {
    const socket = connect(options, onCreate);
    if (socket) guard(socket);
    return socket;
  };
  return agent;
}

function acceptable(body: IncomingMessage): IncomingMessage {
  const { statusCode, headers } = body;
  if (statusCode !== 200) throw unreachable(`it answered with status ${statusCode ?? 0}`);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw unreachable('it sent the file compressed, which was not requested');
  return body;
}

function unreachable(why: string, cause?: unknown): AppError {
  return new AppError('url_not_reachable', { message: `The file could not be fetched from its URL: ${why}.`, cause });
}

function refusal(error: unknown): AppError {
  return error instanceof AppError ? error : unreachable('the connection failed', error);
}
