import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { arrayBuffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

import type { OrchestratorApi } from './orchestrator-api.ts';
import { mediaHeaders, PAGE_HEADERS } from './page-headers.ts';

/** What the page receives while the orchestrator does not respond. */
const DOWN = { success: false, message: 'The orchestrator is down.' };

/** The path of a message's file. */
const MEDIA = /^\/sessions\/[^/?]+\/messages\/[^/?]+\/media$/;

/**
 * Forwards a request of the page to the orchestrator, with the key that the page does not have. The page receives the status and
 * the body as JSON, or, when it requested the file of a message, the file itself.
 */
export async function proxy(
  api: OrchestratorApi,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET' } = request;
  const headers = pick(['content-type', 'range'], (name) => request.headers[name]);
  const sent = method === 'POST' ? await arrayBuffer(request) : null;
  const upstream = await api.fetch(method, path, { body: sent, headers }).catch(() => undefined);
  if (upstream?.ok && MEDIA.test(path)) return sendFile(upstream, response);
  const body: unknown = upstream ? await upstream.json() : DOWN;
  response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'application/json' });
  response.end(JSON.stringify({ status: upstream?.status ?? 502, body }));
}

async function sendFile({ status, headers, body }: Response, response: ServerResponse): Promise<void> {
  const range = pick(['content-length', 'content-range', 'accept-ranges'], (name) => headers.get(name));
  response.writeHead(status, { ...mediaHeaders(headers.get('content-type') ?? ''), ...range });
  // The browser may disconnect at any time: the page was closed, or it only needed the duration of an audio file.
  await pipeline(body ? Readable.fromWeb(body) : Readable.from([]), response).catch(() => response.destroy());
}

/** The headers of these names that have a value. */
function pick(names: string[], valueOf: (name: string) => unknown): Record<string, string> {
  const found = names.map((name): [string, unknown] => [name, valueOf(name)]);
  return Object.fromEntries(found.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
