import { AppError, type ErrorCode } from '../../domain/errors.ts';
import type { SendFailure } from '../../domain/scheduled-message.ts';

/**
 * What keeps a message from being sent: its session cannot send now; the message can be sent later (`delayMs`); or it never can.
 */
export type SendTrouble = { of: 'session' } | { of: 'moment'; delayMs: number } | { of: 'message' };

/** The session cannot send now, whatever the message. */
const OF_SESSION: ReadonlySet<ErrorCode> = new Set([
  'session_not_connected',
  'session_moving',
  'session_not_found',
  'storage_unavailable',
  'shutting_down',
]);

/** Another attempt may succeed. */
const TEMPORARY: ReadonlySet<ErrorCode> = new Set([
  'rate_limited',
  'whatsapp_timeout',
  'media_not_uploaded',
  'url_not_reachable',
  'internal_error',
]);

const SHORTEST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 10 * 60_000;
const FIRST_DELAY_MS = 15_000;

/** What an error says of the message that could not be sent, after so many attempts. */
export function troubleOf(error: unknown, attempts: number): SendTrouble {
  const code = error instanceof AppError ? error.code : 'internal_error';
  const retryAfterMs = error instanceof AppError ? error.retryAfterMs : undefined;
  if (OF_SESSION.has(code)) return { of: 'session' };
  if (retryAfterMs === undefined && !TEMPORARY.has(code)) return { of: 'message' };
  const delayMs = retryAfterMs ?? FIRST_DELAY_MS * 2 ** Math.min(attempts, 10);
  return { of: 'moment', delayMs: Math.min(LONGEST_DELAY_MS, Math.max(SHORTEST_DELAY_MS, delayMs)) };
}

/** An error as it is stored, and told to the backend. */
export function failureOf(error: unknown): SendFailure {
  const known = error instanceof AppError ? error : new AppError('internal_error');
  return { code: known.code, message: known.message };
}
