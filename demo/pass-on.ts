import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { arrayBuffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

import { type OrchestratorApi } from './orchestrator-api.ts';
import { mediaHeaders, PAGE_HEADERS } from './page-headers.ts';

/** What a page gets in place of an answer while there is nobody to give one. */
const DOWN = { success: false, message: 'The orchestrator is down.' };

/** The file of a message. */
const MEDIA = /^\/sessions\/[^/?]+\/messages\/[^/?]+\/media$/;

/**
 * Asks the orchestrator, at `path`, with the key that no page has. The page gets its status and its own answer as JSON, or,
 * where it asked for the file of a message, that file.
 */
export async function passOn(
  api: OrchestratorApi,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET' } = request;
  const headers = only(['content-type', 'range'], (name) => request.headers[name]);
  const body = method === 'POST' ? await arrayBuffer(request) : null;
  const passed = await api.fetch(method, path, { body, headers }).catch(() => undefined);
  if (passed?.ok && MEDIA.test(path)) return giveFile(passed, response);
  const answer: unknown = passed ? await passed.json() : DOWN;
  response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'application/json' });
  response.end(JSON.stringify({ status: passed?.status ?? 502, answer }));
}

async function giveFile({ status, headers, body }: Response, response: ServerResponse): Promise<void> {
  const part = only(['content-length', 'content-range', 'accept-ranges'], (name) => headers.get(name));
  response.writeHead(status, { ...mediaHeaders(headers.get('content-type') ?? ''), ...part });
  // Whoever asked may go at any time: a page that is closed, a sound of which only the length was wanted.
  await pipeline(body ? Readable.fromWeb(body) : Readable.from([]), response).catch(() => response.destroy());
}

/** The headers of these names, as far as they are there. */
function only(names: string[], valueOf: (name: string) => unknown): Record<string, string> {
  const found = names.map((name): [string, unknown] => [name, valueOf(name)]);
  return Object.fromEntries(found.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
