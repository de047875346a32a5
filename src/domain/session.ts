import type { SessionId } from './session-id.ts';
import type { NewChatCap } from './new-chat-cap.ts';
import type { PhoneNumber } from './address.ts';
import type { PasskeyStatus } from './passkey.ts';
import type { SessionProfile } from './session-profile.ts';
import type { Unreachable } from './unreachable.ts';

/** The four statuses of the seed's table `whatsapp_sessions`. */
export const SESSION_STATUSES = ['connecting', 'connected', 'disconnected', 'error'] as const;

/** The public status of a session (contract 1.1). */
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** The linked account, known from the pairing on. */
export interface AccountIdentity {
  phoneNumber: PhoneNumber;
  /** The JID with its device, `5491234567890:1@s.whatsapp.net`. */
  whatsappUserId: string;
}

/**
 * The phase of a session, which survives a restart.
 * - `pairing`: a QR is offered; the account is not known yet.
 * - `pairing-by-code`: a pairing code is offered; a restart ends it.
 * - `linking`: the QR was scanned or the code typed; the first login follows.
 * - `online`: logged in, or reconnecting within the grace period.
 * - `lost`: the connection is lost and is being re-established.
 * - `closed`: over; a new QR is needed (unlinked, logged out, or its credentials are missing).
 * - `failed`: over until a person acts (banned, outdated client, repeated conflict).
 * - `stopped`: a person stopped it, and a person starts it again; its device stays linked.
 */
export type SessionPhase =
  'pairing' | 'pairing-by-code' | 'linking' | 'online' | 'lost' | 'closed' | 'failed' | 'stopped';

/** A session as it is stored. Times are Unix milliseconds. */
export interface SessionRecord {
  sessionId: SessionId;
  phase: SessionPhase;
  identity: AccountIdentity | null;
  /** Whether `new-session-connected` is among the callbacks: from then on changes are `status-update`s. */
  announced: boolean;
  /** What happened and what to do, for `lost`, `closed` and `failed`. */
  errorMessage: string | null;
  lastSeenMs: number | null;
  /** When a `failed` session recovers by itself: the end of a temporary ban, if WhatsApp announced it. */
  retryAtMs: number | null;
  /** Until when WhatsApp forbids the account to start conversations; `null`, or in the past, if it does not. */
  restrictedUntilMs: number | null;
  /** WhatsApp's limit of new conversations. Not stored: WhatsApp is asked at the first login after a start. */
  newChatCap?: NewChatCap | null | undefined;
  /** Why WhatsApp cannot be reached, as its last connection said. Not stored: the next one knows. */
  unreachable?: Unreachable | undefined;
  /** The name that the account shows to others. Not stored: every login says it. */
  pushName?: string | null | undefined;
  /** How far the pairing is, if WhatsApp wants a passkey for it. Not stored: it ends with its connection. */
  passkey: PasskeyStatus | null;
  /** What the caller says of it; missing when nothing was said. */
  profile?: SessionProfile | undefined;
  createdAtMs: number;
  updatedAtMs: number;
}

/** The record of a session that was just created. */
export function newRecord(sessionId: SessionId, phase: SessionPhase, nowMs: number): SessionRecord {
  return {
    ...{ sessionId, phase, identity: null, announced: false, errorMessage: null },
    ...{
      lastSeenMs: null,
      retryAtMs: null,
      restrictedUntilMs: null,
      passkey: null,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    },
  };
}

/** The public status of a phase. */
export function statusOf(phase: SessionPhase): SessionStatus {
  return STATUS_OF[phase];
}

/** The number of sessions in each status, from that of each phase. */
export function countStatuses(phases: Iterable<readonly [SessionPhase, number]>): Record<SessionStatus, number> {
  const counts = Object.fromEntries(SESSION_STATUSES.map((status) => [status, 0])) as Record<SessionStatus, number>;
  for (const [phase, count] of phases) counts[statusOf(phase)] += count;
  return counts;
}

/** How many of these sessions no device is linked to. */
export function countPending(phases: Iterable<readonly [SessionPhase, number]>): number {
  return [...phases].reduce((sum, [phase, count]) => sum + (PENDING.has(phase) ? count : 0), 0);
}

/** Whether a stored text is a phase. */
export function isSessionPhase(text: string): text is SessionPhase {
  return Object.hasOwn(STATUS_OF, text);
}

const PENDING: ReadonlySet<SessionPhase> = new Set(['pairing', 'pairing-by-code']);

const STATUS_OF: Record<SessionPhase, SessionStatus> = {
  pairing: 'connecting',
  'pairing-by-code': 'connecting',
  linking: 'connecting',
  online: 'connected',
  lost: 'disconnected',
  closed: 'disconnected',
  failed: 'error',
  stopped: 'disconnected',
};

/** The path of a session's folder below `AUTH_DIR` as configured: `./auth_sessions/session_…`. */
export function authFolderPath(authDir: string, sessionId: SessionId): string {
  return `${authDir.replace(/\/+$/, '')}/${sessionId}`;
}

/** A code to type into the phone. */
export interface PairingCode {
  /** Eight characters. */
  text: string;
  /** The number of the phone that accepts it. */
  number: PhoneNumber;
  /** When it expires. It is not renewed. */
  expiresAtMs: number;
}

/** A code to scan. */
export interface QrCode {
  /** The text that the QR encodes. */
  text: string;
  generatedAtMs: number;
  /** When it expires. It is renewed automatically. */
  expiresAtMs: number;
}
