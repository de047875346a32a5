import type { Response } from 'express';

/** The media type of JSON, one object on each line. */
export const NDJSON = 'application/x-ndjson';

/**
 * Sends objects as they come, one on each line, as fast as the client reads them. Breaks off, so that the client notices, once
 * `isOver` says so. Resolves when the response has ended.
 */
export async function sendLines(
  res: Response,
  pages: AsyncIterable<readonly object[]>,
  isOver: () => boolean,
): Promise<void> {
  if (res.req.method !== 'HEAD') {
    for await (const page of pages) {
      if (res.destroyed) return;
      begin(res);
      if (isOver()) res.destroy();
      else await written(res, page.map((line) => `${JSON.stringify(line)}\n`).join(''));
    }
  }
  if (res.destroyed) return;
  begin(res);
  await new Promise((resolve) => res.once('close', resolve).end(resolve));
}

/** Not before there is something to send: what fails until then is answered as any error. */
function begin(res: Response): void {
  if (!res.headersSent) res.status(200).set('Content-Type', `${NDJSON}; charset=utf-8`);
}

/** Resolves when the text is written, or the connection is closed. */
function written(res: Response, text: string): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('close', done);
      resolve();
    };
    res.once('close', done).write(text, done);
  });
}
