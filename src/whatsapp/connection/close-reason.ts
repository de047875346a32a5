import type { CloseReason } from '../../domain/close-reason.ts';
import { OverloadedError, SessionLostError, StorageUnavailableError } from '../../domain/errors.ts';
import { unreached } from './unreachable.ts';
import { ProxyError } from '../proxy/proxy-error.ts';
import { BrokenConnectionError, SilentConnectionError } from './watchdogs/connection-errors.ts';
import { CodeRefusedError, CodeVoidError } from '../pairing/pairing-code.ts';
import { PasskeyFailedError } from '../pairing/passkey-pairing.ts';

/** The state of a connection when it closes. */
export interface ConnectionAtClose {
  /** Whether its credentials are those of a paired device. */
  paired: boolean;
  /** Baileys' error: usually a Boom, sometimes a plain Error, sometimes nothing. */
  error: unknown;
}

/**
 * Reads Baileys' closing error. Its names for the codes mislead ("badSession" only means that there was no better
 * code), so the numbers are read here and nowhere else.
 */
export function closeReason({ paired, error }: ConnectionAtClose): CloseReason {
  const ours = ownReason(error);
  if (ours) return ours;
  const code = statusCode(error);
  const message = error instanceof Error ? error.message : 'no reason given';
  if (message === 'QR refs attempts ended') return { kind: 'qr-exhausted' };
  if (!paired && isPairingFailure(code, message)) return { kind: 'pairing-failed', detail: message };
  const known = code === undefined ? undefined : BY_CODE[code];
  return known?.(code ?? 0, error) ?? { kind: 'connection-lost', detail: withCode(message, code) };
}

/** The codes that Baileys and WhatsApp are known to use. A server can send any other number. */
const KNOWN_CODES: ReadonlySet<number> = new Set([
  ...[400, 401, 402, 403, 405, 406, 408, 409, 411, 413, 414, 415, 418, 428, 440],
  ...[500, 501, 503, 515, 516],
]);

/** The code of Baileys' closing error, as metrics count it: `none` without a code, `other` for an unknown one. */
export function closeCode(error: unknown): string {
  const code = statusCode(error);
  if (code === undefined) return 'none';
  return KNOWN_CODES.has(code) ? String(code) : 'other';
}

/** The reason when we ended the connection ourselves, or our proxy did. */
function ownReason(error: unknown): CloseReason | undefined {
  // A session that another node has by now is about to end here.
  if (error instanceof StorageUnavailableError || error instanceof SessionLostError) return { kind: 'storage-failed' };
  if (error instanceof OverloadedError) return { kind: 'held-back', detail: error.message };
  if (error instanceof SilentConnectionError) return { kind: 'silent' };
  if (error instanceof BrokenConnectionError) return { kind: 'broken', detail: error.message };
  if (error instanceof CodeRefusedError) return { kind: 'code-refused', code: error.code };
  if (error instanceof CodeVoidError) return { kind: 'code-void', detail: error.message };
  if (error instanceof PasskeyFailedError) {
    return { kind: 'passkey-failed', detail: error.message, isLate: error.isLate };
  }
  // Some of them have the code of a failed pairing.
  const cause = unreached(error);
  return cause ? { kind: 'connection-lost', ...cause } : proxyFailure(error);
}

/** Baileys passes the error of the WebSocket on as `data`. */
function proxyFailure(error: unknown): CloseReason | undefined {
  const cause = error instanceof ProxyError ? error : (error as { data?: unknown } | null | undefined)?.data;
  return cause instanceof ProxyError
    ? { kind: 'proxy-failed', detail: cause.message, unreachable: 'proxy' }
    : undefined;
}

/**
 * 401: a login that was never completed. 500: Baileys' "Invalid account signature" and the like, and our own check of
 * it.
 */
function isPairingFailure(code: number | undefined, message: string): boolean {
  return code === 401 || code === 500 || message === 'Invalid account signature';
}

const BY_CODE: Partial<Record<number, (code: number, error: unknown) => CloseReason>> = {
  400: refused,
  401: () => ({ kind: 'logged-out' }),
  402: (_, error) => ({ kind: 'temporarily-banned', expiresInSeconds: banExpiry(error) }),
  403: (code) => ({ kind: 'forbidden', code }),
  405: () => ({ kind: 'client-outdated', next: 'none' }),
  406: (code) => ({ kind: 'forbidden', code }),
  409: refused,
  411: () => ({ kind: 'multi-device-missing' }),
  413: refused,
  414: refused,
  415: refused,
  418: refused,
  440: () => ({ kind: 'replaced' }),
  503: () => ({ kind: 'unavailable' }),
  515: () => ({ kind: 'restart-required' }),
};

function refused(code: number): CloseReason {
  return { kind: 'refused', code };
}

function statusCode(error: unknown): number | undefined {
  const code = (error as { output?: { statusCode?: unknown } } | null | undefined)?.output?.statusCode;
  return typeof code === 'number' ? code : undefined;
}

/** Baileys passes the attributes of `<failure reason="402" expire="seconds">` on as `data`. */
function banExpiry(error: unknown): number | null {
  const expire = Number((error as { data?: { expire?: unknown } } | null | undefined)?.data?.expire);
  return Number.isFinite(expire) && expire > 0 ? expire : null;
}

function withCode(message: string, code: number | undefined): string {
  return code === undefined ? message : `${message} (${code})`;
}
