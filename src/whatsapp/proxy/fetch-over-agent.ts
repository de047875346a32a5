import http, { type Agent, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';

/** A stand-in for `fetch` that connects by this agent; it does not follow redirects. */
export function fetchOver(agent: Agent): typeof globalThis.fetch {
  return async (target, init) => {
    const url = new URL(target instanceof Request ? target.url : target);
    const headers = Object.fromEntries(new Headers(init?.headers));
    const signal = init?.signal ?? undefined;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const { get } = url.protocol === 'https:' ? https : http;
      get(url, { agent, headers, ...(signal && { signal }) }, resolve).on('error', reject);
    });
    const body = Readable.toWeb(answer) as ReadableStream;
    return new Response(body, { status: answer.statusCode ?? 502, statusText: answer.statusMessage ?? '' });
  };
}
