import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

import { type ByteRange, readRange } from './byte-range.ts';
import { MediaRefusal } from './media-refusal.ts';
import type { MediaServerDeps } from './media-server-deps.ts';
import type { StoredFile } from './media-store.ts';
import type { BodyChange } from './media-faults.ts';

const NOT_FOUND = 404;

/** Sends the file with the requested direct path, or the range of it that the `Range` header selects. */
export async function sendFile(
  { store, counters, faults, held }: MediaServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  counters.downloadsFromMedia += 1;
  const found = store.find(request.url ?? '');
  const released = faults.holds(found?.number);
  if (released) await held.hold(response, released);
  const refusal = faults.refusesDownload(found);
  if (refusal !== undefined) throw new MediaRefusal(refusal, 'This answer is simulated.');
  if (!found || found.gone !== undefined) {
    throw new MediaRefusal(found?.gone ?? NOT_FOUND, 'There is no file under this path.');
  }
  const range = readRange(request.headers.range, found.file.length);
  const { changes, endless } = faults.corruptsDownload(found);
  response.writeHead(range.whole ? 200 : 206, headersFor(range, found.file.length, endless));
  response.flushHeaders();
  await pipeline(bodyOf(found.file, range, { changes, response }), response);
}

function headersFor({ start, end, whole }: ByteRange, length: number, endless: boolean): Record<string, string> {
  return {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    ...(!endless && { 'content-length': String(end - start) }),
    ...(!whole && { 'content-range': `bytes ${start}-${end - 1}/${length}` }),
  };
}

function bodyOf(
  { path, length }: StoredFile,
  { start, end, whole }: ByteRange,
  { changes, response }: { changes: readonly BodyChange[]; response: ServerResponse },
): AsyncIterable<Buffer> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const download = { start, fileLength: length, signal: gone.signal };
  const chunks: AsyncIterable<Buffer> = createReadStream(path, whole ? {} : { start, end: end - 1 });
  return changes.reduce((body, change) => change(body, download), chunks);
}
