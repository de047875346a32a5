import type { IncomingMessage, ServerResponse } from 'node:http';

import { MediaCut, MediaRefusal } from './media-refusal.ts';
import type { MediaServerDeps } from './media-server-deps.ts';
import { publicUrl } from './media-store.ts';

const HASH_BYTES = 32;

/** Stores the uploaded file, whose hash is the last segment of the path, and answers with its URL and direct path. */
export async function receiveUpload(
  { store, passes, counters, faults, held }: MediaServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { isPlain, upload, hash, auth, token } = askedBy(request);
  const number = passes.numberOf(auth);
  if (number === undefined) throw new MediaRefusal(401, 'The "auth" was not issued by this server.');
  const released = faults.holds(number);
  if (released) await held.hold(response, released);
  const refusal = faults.refusesUpload(number);
  if (refusal !== undefined) throw new MediaRefusal(refusal, 'This answer is simulated.');
  const sha256 = Buffer.from(hash, 'base64url');
  if (sha256.byteLength !== HASH_BYTES) throw new MediaRefusal(400, 'The path must end with the hash of the file.');
  if (token !== hash) throw new MediaRefusal(400, 'The "token" must be the hash in the path.');
  const file = await store.write(bodyOf(request, faults.cutsUpload(number)));
  if (!file.sha256.equals(sha256)) {
    await store.discard(file);
    throw new MediaRefusal(400, 'The hash in the path is not that of the file.');
  }
  const direct_path = store.publish(file, { upload, number });
  const handle = isPlain ? store.nameForChannels(direct_path) : undefined;
  counters.uploadsFromClients += 1;
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify({ url: publicUrl(direct_path), direct_path, handle }));
}

/** What the path says of the file, and who may upload it. */
function askedBy({ url = '' }: IncomingMessage) {
  const { pathname, searchParams } = new URL(url, 'http://simulator');
  const [, root, folder = '', hash = ''] = pathname.split('/');
  const isPlain = root === 'newsletter';
  const upload = isPlain ? folder.replace(/^newsletter-/, '') : folder;
  return { isPlain, upload, hash, auth: searchParams.get('auth'), token: searchParams.get('token') };
}

async function* bodyOf(request: AsyncIterable<Buffer>, cutAfter = Infinity): AsyncGenerator<Buffer> {
  let received = 0;
  for await (const chunk of request) {
    received += chunk.byteLength;
    if (received >= cutAfter) throw new MediaCut();
    yield chunk;
  }
}
