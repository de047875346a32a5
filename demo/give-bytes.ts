import { type IncomingMessage, type ServerResponse } from 'node:http';

/** Answers with a file, or with the one range of it that is asked for: without ranges a browser never knows how long a sound is. */
export function giveBytes(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  headers: Record<string, string>,
): void {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const first = Number(from ?? 0);
  const last = Math.min(to ? Number(to) : Infinity, bytes.length - 1);
  const range = `bytes ${first}-${last}/${bytes.length}`;
  if (from === undefined || first > last) response.writeHead(200, { ...headers, 'accept-ranges': 'bytes' }).end(bytes);
  else response.writeHead(206, { ...headers, 'content-range': range }).end(bytes.subarray(first, last + 1));
}
