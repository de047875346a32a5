import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

import { MediaCut, MediaRefusal } from './media-refusal.ts';
import type { MediaServerDeps } from './media-server-deps.ts';
import { receiveUpload } from './receive-upload.ts';
import { sendFile } from './send-file.ts';

type Handler = (deps: MediaServerDeps, request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Accepts uploads at `POST /mms/<kind>/<hash>`, and for channels at `POST /newsletter/newsletter-<kind>/<hash>`, and serves them at the direct path in its answer (section 11 of the
 * protocol notes); `otherwise` handles all other requests.
 */
export function serveMedia(deps: MediaServerDeps, otherwise: RequestListener): RequestListener {
  return (request, response) => {
    const handler = handlerFor(request);
    if (handler) void answer(handler, deps, { request, response });
    else otherwise(request, response);
  };
}

function handlerFor({ method, url = '' }: IncomingMessage): Handler | undefined {
  if (method === 'POST' && /^\/(mms|newsletter)\//.test(url)) return receiveUpload;
  return method === 'GET' && url.startsWith('/v/') ? sendFile : undefined;
}

async function answer(
  handler: Handler,
  deps: MediaServerDeps,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  try {
    await handler(deps, request, response);
  } catch (error) {
    refuse(response, error);
  } finally {
    deps.changes.announce();
  }
}

/** Answers with the error, or cuts the connection when the answer has already begun. */
function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed || error instanceof MediaCut) {
    response.destroy();
    return;
  }
  const { status, message } = error instanceof MediaRefusal ? error : { status: 500, message: String(error) };
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify({ error: { code: status, message } }));
}
