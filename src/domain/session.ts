import { type SessionId } from './session-id.ts';
import { type PhoneNumber } from './address.ts';

/** The four statuses of the seed's table `whatsapp_sessions`. */
export const SESSION_STATUSES = ['connecting', 'connected', 'disconnected', 'error'] as const;

/** What a session looks like from outside (contract 1.1). */
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** Who the account is, known from the login on. */
export interface AccountIdentity {
  phoneNumber: PhoneNumber;
  /** The JID with its device, `5491234567890:1@s.whatsapp.net`. */
  whatsappUserId: string;
}

/**
 * Where a session is in its life, as it survives a restart.
 * - `pairing`: a QR is on offer; nothing is known of the account.
 * - `pairing-by-code`: a code is on offer to be typed into the phone; a restart ends it.
 * - `linking`: scanned or typed, the first login is being made.
 * - `online`: logged in, or the line is being repaired within the grace time.
 * - `lost`: the line is lost and is being repaired.
 * - `closed`: over; a new QR is needed (unlinked, logged out, replaced).
 * - `failed`: over until a person acts (banned, outdated client, repeated conflict).
 */
export type SessionPhase = 'pairing' | 'pairing-by-code' | 'linking' | 'online' | 'lost' | 'closed' | 'failed';

/** A session as it is stored. Times are Unix milliseconds. */
export interface SessionRecord {
  sessionId: SessionId;
  phase: SessionPhase;
  identity: AccountIdentity | null;
  /** Whether `new-session-connected` was handed to the callbacks: from then on changes are `status-update`s. */
  announced: boolean;
  /** What happened and what to do, for `lost`, `closed` and `failed`. */
  errorMessage: string | null;
  lastSeenMs: number | null;
  /** When a `failed` session may come back by itself: the end of a temporary ban, where WhatsApp said it. */
  retryAtMs: number | null;
  /** Until when WhatsApp lets the account begin no conversations; `null`, or in the past, when it does. */
  restrictedUntilMs: number | null;
  createdAtMs: number;
  updatedAtMs: number;
}

/** The status of the seed's table that a phase shows as. */
export function statusOf(phase: SessionPhase): SessionStatus {
  return STATUS_OF[phase];
}

const STATUS_OF: Record<SessionPhase, SessionStatus> = {
  pairing: 'connecting',
  'pairing-by-code': 'connecting',
  linking: 'connecting',
  online: 'connected',
  lost: 'disconnected',
  closed: 'disconnected',
  failed: 'error',
};

/** A code to type into the phone. */
export interface PairingCode {
  /** Eight characters. */
  text: string;
  /** The number of the phone that takes it. */
  number: PhoneNumber;
  /** When it is taken no longer; no other one follows. */
  expiresAtMs: number;
}

/** A code to scan. */
export interface QrCode {
  /** The text that the picture encodes. */
  text: string;
  generatedAtMs: number;
  /** When WhatsApp stops taking it; a renewed one follows by itself. */
  expiresAtMs: number;
}
