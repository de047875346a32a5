import { type Response } from 'express';
import { AppError } from '../domain/errors.ts';

/** What would say something untrue beside a refusal. */
const OF_THE_FILE = ['Content-Type', 'Content-Disposition', 'Content-Length', 'Accept-Ranges'];

/**
 * Streams the file at this absolute path, or the part that is asked for; resolves when it is sent or nobody wants it any more.
 * @throws AppError `range_not_satisfiable`
 */
export async function sendFile(res: Response, path: string, headers: Record<string, string>): Promise<void> {
  // A file never changes, and has no version that one could insist on.
  delete res.req.headers['if-match'];
  delete res.req.headers['if-unmodified-since'];
  const options = { headers, lastModified: false, cacheControl: false, dotfiles: 'allow' as const };
  const error = await new Promise<SendError | undefined>((resolve) => res.sendFile(path, options, resolve));
  if (!error || error.code === 'ECONNABORTED' || error.syscall === 'write') return;
  if (!res.headersSent) for (const name of OF_THE_FILE) res.removeHeader(name);
  if (error.status !== 416) throw error;
  res.set(error.headers ?? {});
  throw new AppError('range_not_satisfiable', { cause: error });
}

/** How Express' file stream fails. */
interface SendError extends NodeJS.ErrnoException {
  status?: number;
  headers?: Record<string, string>;
}
