import type { Response } from 'express';
import { AppError } from '../../domain/errors.ts';
import type { ByteRange, MediaFile } from '../../ports/media.ts';

/**
 * Sends the file, or the requested range of it. Resolves when it is sent or the client has gone.
 * @throws AppError `range_not_satisfiable`, and what opening the file throws
 */
export async function sendFile(
  res: Response,
  file: Pick<MediaFile, 'size' | 'open'>,
  headers: Record<string, string>,
): Promise<void> {
  const { size } = file;
  const range = requestedRange(res, size);
  const isDescribed = res.req.method === 'HEAD';
  const opened = isDescribed ? undefined : await file.open(range);
  try {
    const { start, end } = range ?? { start: 0, end: size - 1 };
    res
      .status(range ? 206 : 200)
      .set({ ...headers, 'Accept-Ranges': 'bytes', 'Content-Length': String(end - start + 1) });
    if (range) res.set('Content-Range', `bytes ${start}-${end}/${size}`);
    if (opened) await stream(opened.chunks, res);
    if (!res.destroyed) await ended(res);
  } finally {
    await opened?.[Symbol.asyncDispose]();
  }
}

/** The requested range; `undefined` for the whole file, also if there are several ranges or an `If-Range`. */
function requestedRange(res: Response, size: number): ByteRange | undefined {
  const ranges = res.req.headers['if-range'] === undefined ? res.req.range(size, { combine: true }) : undefined;
  if (ranges === -1) {
    res.set('Content-Range', `bytes */${size}`);
    throw new AppError('range_not_satisfiable');
  }
  return Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1 ? ranges[0] : undefined;
}

async function stream(chunks: AsyncIterable<Uint8Array>, res: Response): Promise<void> {
  for await (const chunk of chunks) {
    if (res.destroyed) return;
    await written(res, chunk);
  }
}

/** Resolves when the bytes are written, or the connection is closed. */
function written(res: Response, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('close', done);
      resolve();
    };
    res.once('close', done).write(bytes, done);
  });
}

function ended(res: Response): Promise<void> {
  return new Promise((resolve) => res.once('close', resolve).end(resolve));
}
