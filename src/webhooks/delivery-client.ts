import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { EVENT_PATHS, type EventKind } from '../domain/event.ts';
import { type PendingCallback } from '../ports/callbacks.ts';
import { type Clock } from '../kit/clock.ts';
import { type Secret } from '../kit/secret.ts';
import { parseRetryAfter, type PostOutcome } from './retry-policy.ts';
import { signingKeys, webhookHeaders } from './signature.ts';

/** Where the main backend is and how to speak to it. */
export interface PostSettings {
  /** `BACKEND_BASE_URL`, with or without a slash at its end. */
  baseUrl: string;
  /** `PRODUCTION_API_KEY`, sent as `Authorization: Bearer`. */
  apiKey: Secret | null;
  /** `CALLBACK_SECRET`. */
  secret: Secret | null;
  /** `BACKEND_TIMEOUT`: for the whole of a request, from the look-up of the name to the last byte of the answer. */
  timeoutMs: number;
  /** Our own version, for the user agent. */
  version: string;
}

/** Hands one callback to the main backend. Never rejects for what the network or the backend does. */
export type Post = (callback: PendingCallback) => Promise<PostOutcome>;

const ANSWER_MAX_BYTES = 64 * 1024;
/** Node's codes of connections that never came to be. */
const NO_CONNECTION = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** The answer broke off, or did not come to an end within its bounds. */
class BadAnswerError extends Error {
  override readonly name = 'BadAnswerError';
}

/** No whole answer came in time. */
class TooLateError extends Error {
  override readonly name = 'TooLateError';
}

/**
 * A `Post` over HTTP, with connections that are kept open. Redirects are not followed, and of the answer only the
 * status counts: its body is read to the end, at most 64 KiB of it, and thrown away. (By Node's own client: of what a
 * message costs, a library above it was a tenth, and of what it offers nothing is wanted here.)
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

/** The addresses below `BACKEND_BASE_URL`, which is looked at once. */
class Targets {
  readonly #baseUrl: string;
  readonly #agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };
  readonly #known = new Map<EventKind, RequestOptions>();

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl.replace(/\/$/, '');
  }

  /** @throws TypeError when it is no address that one can post to */
  of(kind: EventKind): RequestOptions {
    const known = this.#known.get(kind);
    if (known) return known;
    const url = new URL(`${this.#baseUrl}${EVENT_PATHS[kind]}`);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError('It is not an address of the web');
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

/** The answer, after its body has come to its end. */
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
    outgoing.end(body);
  });
}

function outcomeOf({ statusCode = 0, headers }: IncomingMessage, nowMs: number): PostOutcome {
  if (statusCode >= 200 && statusCode < 300) return { kind: 'accepted' };
  return { kind: 'refused', status: statusCode, retryAfterMs: parseRetryAfter(headers['retry-after'], nowMs) };
}

/** Only codes are told: sentences of others may repeat an address with its password, or a header. */
function unreachable(error: unknown): PostOutcome {
  const { code = 'no code' } = (error ?? {}) as NodeJS.ErrnoException;
  return { kind: 'unreachable', detail: detailOf(error, code), maybeArrived: !NO_CONNECTION.has(code) };
}

function detailOf(error: unknown, code: string): string {
  if (error instanceof TooLateError) return 'the backend did not answer in time';
  if (error instanceof BadAnswerError) return 'the backend did not send a complete answer of at most 64 KiB';
  return `the backend is not reachable (${code})`;
}
