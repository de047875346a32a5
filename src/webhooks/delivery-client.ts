import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { EVENT_PATHS, type EventKind } from '../domain/event.ts';
import { type PendingCallback } from '../ports/callbacks.ts';
import { type Clock } from '../kit/clock.ts';
import { type Secret } from '../kit/secret.ts';
import { parseRetryAfter, type PostOutcome } from './retry-policy.ts';
import { signingKeys, webhookHeaders } from './signature.ts';

/** Where the main backend is, and how it knows us. */
export interface PostSettings {
  /** `BACKEND_BASE_URL`, with or without a slash at its end. */
  baseUrl: string;
  /** `PRODUCTION_API_KEY`, sent as `Authorization: Bearer`. */
  apiKey: Secret | null;
  /** `CALLBACK_SECRET`. */
  secret: Secret | null;
  /** `BACKEND_TIMEOUT`: for the whole request, from the DNS lookup to the last byte of the answer. */
  timeoutMs: number;
  /** Our own version, for `User-Agent`. */
  version: string;
}

/** Posts one callback to the main backend. Resolves whatever the network or the backend does. */
export type Post = (callback: PendingCallback) => Promise<PostOutcome>;

const ANSWER_MAX_BYTES = 64 * 1024;
/** Node's codes for connections that were never made. */
const NO_CONNECTION = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** The answer broke off, was too large, or was none at all. */
class BadAnswerError extends Error {
  override readonly name = 'BadAnswerError';
}

/** No complete answer came in time. */
class TooLateError extends Error {
  override readonly name = 'TooLateError';
}

/**
 * A `Post` over HTTP on keep-alive connections. It follows no redirect. Of the answer only the status and `Retry-After` count: the
 * body is read to its end, up to 64 KiB, and dropped. It stays on Node's own client: see ADR 14.
 */
export function createPost(settings: PostSettings, clock: Clock): Post {
  const keys = signingKeys(settings.secret);
  const common = commonHeaders(settings);
  const targets = new Targets(settings.baseUrl);
  return async (callback) => {
    const body = Buffer.from(callback.body);
    const content = { ...callback, timestamp: Math.floor(clock.now() / 1000) };
    const headers = {
      ...{ ...common, ...sessionHeaders(callback), ...webhookHeaders(content, keys) },
      'content-length': body.byteLength,
    };
    try {
      const options = { ...targets.of(callback.kind), method: 'POST', headers };
      return outcomeOf(await exchange(options, body, { clock, timeoutMs: settings.timeoutMs }), clock.now());
    } catch (error) {
      return unreachable(error);
    }
  };
}

/** The URLs below `BACKEND_BASE_URL`, each parsed once. */
class Targets {
  readonly #baseUrl: string;
  readonly #agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };
  readonly #known = new Map<EventKind, RequestOptions>();

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl.replace(/\/$/, '');
  }

  /** @throws TypeError when it is not an HTTP URL */
  of(kind: EventKind): RequestOptions {
    const known = this.#known.get(kind);
    if (known) return known;
    const url = new URL(`${this.#baseUrl}${EVENT_PATHS[kind]}`);
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new TypeError('BACKEND_BASE_URL is not an HTTP URL');
    const target = { ...urlToHttpOptions(url), agent: this.#agents[url.protocol] };
    this.#known.set(kind, target);
    return target;
  }
}

function commonHeaders({ apiKey, version }: PostSettings): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': `whatsapp-orchestrator/${version}`,
    ...(apiKey && { authorization: `Bearer ${apiKey.reveal()}` }),
  };
}

function sessionHeaders({ sessionId, seq }: PendingCallback): Record<string, string> {
  return { 'x-session-id': sessionId, 'x-session-seq': String(seq) };
}

/** Resolves with the answer once its body is complete. */
function exchange(
  options: RequestOptions,
  body: Buffer,
  { clock, timeoutMs }: { clock: Clock; timeoutMs: number },
): Promise<IncomingMessage> {
  const { request } = options.protocol === 'https:' ? https : http;
  return new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(options, (answer) => {
      let bytes = 0;
      answer.on('data', (piece: Buffer) => {
        bytes += piece.byteLength;
        if (bytes > ANSWER_MAX_BYTES) outgoing.destroy(new BadAnswerError());
      });
      answer.on('end', () => settle(() => resolve(answer)));
      answer.on('error', (cause) => {
        const error = outgoing.errored ?? new BadAnswerError('The answer broke off', { cause });
        settle(() => reject(error));
      });
    });
    const deadline = clock.after(timeoutMs, () => outgoing.destroy(new TooLateError()));
    const settle = (how: () => void): void => {
      deadline.cancel();
      how();
    };
    outgoing.on('error', (error) => settle(() => reject(error)));
    // Without a listener, Node ends the request with neither an answer nor an error, and this would never settle.
    outgoing.on('upgrade', (_answer, socket) => {
      socket.destroy();
      settle(() => reject(new BadAnswerError()));
    });
    outgoing.end(body);
  });
}

function outcomeOf({ statusCode = 0, headers }: IncomingMessage, nowMs: number): PostOutcome {
  if (statusCode >= 200 && statusCode < 300) return { kind: 'accepted' };
  return { kind: 'refused', status: statusCode, retryAfterMs: parseRetryAfter(headers['retry-after'], nowMs) };
}

/** Only codes are reported: the messages of others may repeat a URL with its password, or a header. */
function unreachable(error: unknown): PostOutcome {
  const { code = 'no code' } = (error ?? {}) as NodeJS.ErrnoException;
  return { kind: 'unreachable', detail: detailOf(error, code), maybeArrived: !NO_CONNECTION.has(code) };
}

function detailOf(error: unknown, code: string): string {
  if (error instanceof TooLateError) return 'the backend did not answer in time';
  if (error instanceof BadAnswerError) return 'the backend did not answer with a complete answer of at most 64 KiB';
  return `the backend is not reachable (${code})`;
}
