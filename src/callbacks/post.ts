import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance, AxiosError, type AxiosResponse } from 'axios';
import { EVENT_PATHS } from '../domain/event.ts';
import { type PendingCallback } from '../domain/callback-ports.ts';
import { type Clock } from '../kit/clock.ts';
import { type Secret } from '../kit/secret.ts';
import { parseRetryAfter, type PostOutcome } from './policy.ts';
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

/**
 * A `Post` over HTTP, with connections that are kept open. Redirects are not followed, and of the answer only the
 * status counts: its body is read to the end, at most 64 KiB of it, and thrown away.
 */
export function createPost(settings: PostSettings, clock: Clock): Post {
  const client = createClient(settings);
  const keys = signingKeys(settings.secret);
  return async (callback) => {
    const deadline = new AbortController();
    const timer = clock.after(settings.timeoutMs, () => deadline.abort());
    try {
      const content = { ...callback, timestamp: Math.floor(clock.now() / 1000) };
      const response = await client.post<unknown>(EVENT_PATHS[callback.kind], Buffer.from(callback.body), {
        headers: { ...sessionHeaders(callback), ...webhookHeaders(content, keys) },
        signal: deadline.signal,
      });
      return outcomeOf(response, clock.now());
    } catch (error) {
      return unreachable(error, deadline.signal.aborted);
    } finally {
      timer.cancel();
    }
  };
}

function createClient({ baseUrl, apiKey, version }: PostSettings): AxiosInstance {
  return axios.create({
    baseURL: baseUrl,
    headers: {
      'content-type': 'application/json',
      'user-agent': `whatsapp-orchestrator/${version}`,
      ...(apiKey && { authorization: `Bearer ${apiKey.reveal()}` }),
    },
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
    proxy: false,
    maxRedirects: 0,
    maxBodyLength: Infinity,
    maxContentLength: ANSWER_MAX_BYTES,
    responseType: 'arraybuffer',
    decompress: false,
    validateStatus: () => true,
  });
}

function sessionHeaders({ sessionId, seq }: PendingCallback): Record<string, string> {
  return { 'x-session-id': sessionId, 'x-session-seq': String(seq) };
}

function outcomeOf({ status, headers }: AxiosResponse, nowMs: number): PostOutcome {
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  return { kind: 'refused', status, retryAfterMs: parseRetryAfter(headers['retry-after'], nowMs) };
}

/** Only codes are told: the library's own sentences may repeat an address with its password, or a header. */
function unreachable(error: unknown, isTooLate: boolean): PostOutcome {
  const code = (error instanceof AxiosError ? error.code : undefined) ?? 'no code';
  return {
    kind: 'unreachable',
    detail: detailOf(code, isTooLate),
    maybeArrived: isTooLate || !NO_CONNECTION.has(code),
  };
}

function detailOf(code: string, isTooLate: boolean): string {
  if (isTooLate) return 'the backend did not answer in time';
  if (code === AxiosError.ERR_BAD_RESPONSE)
    return 'the backend did not answer with a complete answer of at most 64 KiB';
  return `the backend is not reachable (${code})`;
}
