import { type FileHandle, open } from 'node:fs/promises';
import { type Response } from 'express';
import { AppError } from '../../domain/errors.ts';

const PIECE_BYTES = 64 * 1024;

/** A part of a file, both ends included. */
interface Part {
  start: number;
  end: number;
}

/**
 * Sends the file at this absolute path, or the part of it that is asked for; resolves when it is sent or nobody wants it any
 * more. One piece is in memory at a time, always in the same place. (Not by Express, which makes a new one for each: a
 * process would grow by what it sends.)
 * @throws AppError `range_not_satisfiable`
 */
export async function sendFile(res: Response, path: string, headers: Record<string, string>): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const part = askedFor(res, size);
    const { start, end } = part ?? { start: 0, end: size - 1 };
    res
      .status(part ? 206 : 200)
      .set({ ...headers, 'Accept-Ranges': 'bytes', 'Content-Length': String(end - start + 1) });
    if (part) res.set('Content-Range', `bytes ${start}-${end}/${size}`);
    if (res.req.method !== 'HEAD') await stream(file, { start, end }, res);
    if (!res.destroyed) await ended(res);
  } finally {
    await file.close();
  }
}

/** The range that is asked for; `undefined` for all of it, also when there are several, or one that depends on a version. */
function askedFor(res: Response, size: number): Part | undefined {
  const ranges = res.req.headers['if-range'] === undefined ? res.req.range(size, { combine: true }) : undefined;
  if (ranges === -1) {
    res.set('Content-Range', `bytes */${size}`);
    throw new AppError('range_not_satisfiable');
  }
  return Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1 ? ranges[0] : undefined;
}

async function stream(file: FileHandle, { start, end }: Part, res: Response): Promise<void> {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (let at = start; at <= end && !res.destroyed;) {
    const { bytesRead } = await file.read(piece, 0, Math.min(PIECE_BYTES, end - at + 1), at);
    // Whoever counts the bytes must not take this for all of them.
    if (bytesRead === 0) throw new Error('A file became shorter while it was sent');
    at += bytesRead;
    await written(res, piece.subarray(0, bytesRead));
  }
}

/** Resolves when the bytes have left, or never will. */
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
