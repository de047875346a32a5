import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { AppError } from '../domain/errors.ts';
import type { Unreachable } from '../domain/unreachable.ts';
import { contextOf } from './request-context.ts';
import { statusOf } from './responses/error-status.ts';
import { sendFixed } from './responses/fixed-content.ts';
import { sendFile } from './responses/send-file.ts';
import type { Reply } from './route.ts';

/** The body of every error response. */
export interface ErrorBody {
  success: false;
  /** A stable code of docs/errors.md. */
  error: string;
  /** A human-readable sentence. */
  message: string;
  /** The field or parameter that is wrong, where it is one. */
  field?: string;
  /** Why WhatsApp cannot be reached, where that is the cause. */
  reason?: Unreachable;
}

/** The reply that reports an error. */
export function errorReply(error: AppError): Reply<ErrorBody> {
  const { code, message, retryAfterMs, reason } = error;
  const status = statusOf(error);
  // What is said of something that is not there must not tell whether its name could be one.
  const named = status === 400 && error.field !== undefined ? { field: error.field } : {};
  const headers = retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) };
  return { status, body: { success: false, error: code, message, ...named, ...(reason && { reason }) }, headers };
}

/** Writes a reply. Resolves once it is handed to Node, a file is sent completely, or a stream has ended. */
export async function sendReply(
  res: Response,
  { status, headers = {}, body, file, fixed, stream }: Reply,
): Promise<void> {
  if (stream !== undefined) await stream(res);
  else if (fixed !== undefined) sendFixed(res.set(headers), fixed);
  else if (typeof body === 'string') res.status(status).set(headers).send(body);
  else if (file === undefined) sendJson(res.status(status).set(headers), body);
  else await sendFile(res, file, headers);
}

/** What Express' own `json` does, without a look at everything else that it can do. */
function sendJson(res: Response, body: unknown): void {
  const text = JSON.stringify(body);
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(text);
}

/** Refuses every path that no route matched. */
export const nothingHere: RequestHandler = () => {
  throw new AppError('not_found');
};

/**
 * The only error handler. Every error gets the shape of {@link ErrorBody}; an unexpected one becomes `internal_error` and
 * reveals nothing. The cause goes into the request's log entry.
 */
export const lastCatch: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  contextOf(res).failure = error;
  // Too late for another response: Express aborts the connection, so that nobody mistakes a partial response for a whole one.
  if (res.headersSent) next(error);
  else void sendReply(res, errorReply(asAppError(error)));
};

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isUndecodablePath(error)) return new AppError('not_found', { cause: error });
  return new AppError('internal_error', { cause: error });
}

/** How Express' router marks paths that it cannot decode (`/sessions/%zz`). */
function isUndecodablePath(error: unknown): boolean {
  return error instanceof URIError && (error as { status?: unknown }).status === 400;
}
