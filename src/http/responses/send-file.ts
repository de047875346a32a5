import { type FileHandle, open } from 'node:fs/promises';
import { type Response } from 'express';
import { AppError } from '../../domain/errors.ts';

const CHUNK_BYTES = 64 * 1024;

/** A range of bytes, both ends included. */
interface Range {
  start: number;
  end: number;
}

/**
 * Sends the file at this absolute path, or the requested range of it. Resolves when it is sent or the client has gone. All chunks
 * share one buffer. (Express' own method allocates a new one for each, which makes the process grow by what it sends.)
 * @throws AppError `range_not_satisfiable`
 */
export async function sendFile(res: Response, path: string, headers: Record<string, string>): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const range = requestedRange(res, size);
    const { start, end } = range ?? { start: 0, end: size - 1 };
    res
      .status(range ? 206 : 200)
      .set({ ...headers, 'Accept-Ranges': 'bytes', 'Content-Length': String(end - start + 1) });
    if (range) res.set('Content-Range', `bytes ${start}-${end}/${size}`);
    if (res.req.method !== 'HEAD') await stream(file, { start, end }, res);
    if (!res.destroyed) await ended(res);
  } finally {
    await file.close();
  }
}

/** The requested range; `undefined` for the whole file, also if there are several ranges or an `If-Range`. */
function requestedRange(res: Response, size: number): Range | undefined {
  const ranges = res.req.headers['if-range'] === undefined ? res.req.range(size, { combine: true }) : undefined;
  if (ranges === -1) {
    res.set('Content-Range', `bytes */${size}`);
    throw new AppError('range_not_satisfiable');
  }
  return Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1 ? ranges[0] : undefined;
}

async function stream(file: FileHandle, { start, end }: Range, res: Response): Promise<void> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = start; at <= end && !res.destroyed;) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(CHUNK_BYTES, end - at + 1), at);
    // The client must not mistake this for the whole file.
    if (bytesRead === 0) throw new Error('A file was truncated while it was being sent');
    at += bytesRead;
    await written(res, chunk.subarray(0, bytesRead));
  }
}

/** Resolves when the bytes are written, or the connection is closed. */
function written(res: Response, bytes: Buffer): Promise<void> {
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
