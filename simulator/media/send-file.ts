import { createReadStream } from 'node:fs';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

import { MediaRefusal } from './media-refusal.ts';
import { type MediaServerParts } from './media-server-parts.ts';
import { type ByteRange, readRange } from './byte-range.ts';

const NOT_FOUND = 404;

/** Gives the file that was put up under the requested direct path, or the part of it that a `Range` names. */
export async function sendFile(
  { store, counters }: MediaServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  counters.downloadsFromMedia += 1;
  const found = store.find(request.url ?? '');
  if (!found || found.gone !== undefined) {
    throw new MediaRefusal(found?.gone ?? NOT_FOUND, 'There is no file under this path.');
  }
  const { path, length } = found.file;
  const range = readRange(request.headers.range, length);
  response.writeHead(range.whole ? 200 : 206, headersFor(range, length));
  await pipeline(createReadStream(path, { start: range.start, end: range.end - 1 }), response);
}

function headersFor({ start, end, whole }: ByteRange, length: number): Record<string, string> {
  return {
    'content-type': 'application/octet-stream',
    'content-length': String(end - start),
    'accept-ranges': 'bytes',
    ...(!whole && { 'content-range': `bytes ${start}-${end - 1}/${length}` }),
  };
}
