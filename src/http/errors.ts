import { type ErrorRequestHandler, type RequestHandler, type Response } from 'express';
import { AppError } from '../domain/errors.ts';
import { contextOf } from './request-context.ts';
import { type Reply } from './route.ts';
import { sendFile } from './files/send-file.ts';

/** A refusal as everybody gets it. */
export interface ErrorBody {
  success: false;
  /** The stable code of docs/errors.md. */
  error: string;
  /** A sentence for a person. */
  message: string;
}

/** The answer that tells of a failure. */
export function errorReply(error: AppError): Reply<ErrorBody> {
  const { status, code, message, retryAfterMs } = error;
  const headers = retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) };
  return { status, body: { success: false, error: code, message }, headers };
}

/** Writes an answer; resolves when it is on its way, when a file is all sent, or a stream over. */
export async function sendReply(res: Response, { status, headers = {}, body, file, stream }: Reply): Promise<void> {
  if (stream !== undefined) await stream(res);
  else if (typeof body === 'string') res.status(status).set(headers).send(body);
  else if (file === undefined) res.status(status).set(headers).json(body);
  else await sendFile(res, file, headers);
}

/** For paths that nothing else took. */
export const nothingHere: RequestHandler = () => {
  throw new AppError('not_found');
};

/**
 * The last catch: whatever failed, the caller gets the shape of the contract, and of what is not named
 * in the table only that it failed. The cause goes to the request's line in the log.
 */
export const lastCatch: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  contextOf(res).failure = error;
  // Too late for another answer: Express then breaks the line off, so that nobody takes half of one for whole.
  if (res.headersSent) next(error);
  else void sendReply(res, errorReply(named(error)));
};

function named(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isUndecodablePath(error)) return new AppError('not_found', { cause: error });
  return new AppError('internal_error', { cause: error });
}

/** Express' router marks the paths that it could not decode (`/sessions/%zz`) so. */
function isUndecodablePath(error: unknown): boolean {
  return error instanceof URIError && (error as { status?: unknown }).status === 400;
}
