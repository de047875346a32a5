import type { IncomingMessage, ServerResponse } from 'node:http';

/** Responds with a file, or with the requested range of it. Without range support, browsers cannot show how long an audio file is. */
export function sendBytes(
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
