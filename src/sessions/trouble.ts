import { AppError, type AppErrorOptions } from '../domain/errors.ts';
import type { SessionRecord } from '../domain/session.ts';

/** What an error says when a session cannot do its work because of its connection. */
export function troubleOf({ errorMessage, unreachable }: SessionRecord): AppErrorOptions {
  return errorMessage === null ? {} : { message: errorMessage, reason: unreachable };
}

/** The refusal of what needs the connection of a session that has none; says why where WhatsApp cannot be reached. */
export function notConnected(record: SessionRecord): AppError {
  return new AppError('session_not_connected', record.unreachable === undefined ? {} : troubleOf(record));
}
