import { isoTime, isoTimeOrNull } from '../../kit/clock.ts';
import { type SessionRecord, type SessionStatus, statusOf } from '../../domain/session.ts';
import { type SessionId } from '../../domain/session-id.ts';

/** A session as REST shows it: the columns of the seed's table, and two names for JavaScript beside them. */
export interface SessionView {
  session_id: SessionId;
  phone_number: string | null;
  status: SessionStatus;
  /** ISO 8601; `null` before the first connection. */
  last_seen: string | null;
  auth_folder_path: string;
  server_port: null;
  whatsapp_user_id: string | null;
  created_at: string;
  updated_at: string;
  /** What happened and what to do, when the session is not well. */
  error_message: string | null;
  /** Whether a lost line is being repaired and comes back by itself. */
  reconnecting: boolean;
  /** Whether WhatsApp lets the account begin no conversations now, and until when (ISO 8601). */
  account_restricted: boolean;
  restricted_until: string | null;
  sessionId: SessionId;
  phoneNumber: string | null;
}

/** What a view depends on besides the session. */
export interface ViewOptions {
  /** The folder of all sessions, as it was configured. */
  authDir: string;
  nowMs: number;
}

/** The view of a stored session. */
export function sessionView(record: SessionRecord, { authDir, nowMs }: ViewOptions): SessionView {
  const restrictedUntilMs = (record.restrictedUntilMs ?? 0) > nowMs ? record.restrictedUntilMs : null;
  return {
    session_id: record.sessionId,
    phone_number: record.identity?.phoneNumber ?? null,
    status: statusOf(record.phase),
    last_seen: isoTimeOrNull(record.lastSeenMs),
    auth_folder_path: authFolderPath(authDir, record.sessionId),
    server_port: null,
    whatsapp_user_id: record.identity?.whatsappUserId ?? null,
    created_at: isoTime(record.createdAtMs),
    updated_at: isoTime(record.updatedAtMs),
    error_message: record.errorMessage,
    reconnecting: record.phase === 'lost',
    account_restricted: restrictedUntilMs !== null,
    restricted_until: isoTimeOrNull(restrictedUntilMs),
    sessionId: record.sessionId,
    phoneNumber: record.identity?.phoneNumber ?? null,
  };
}

/** Where a session's folder is, in the words of the configuration: `./auth_sessions/session_…`. */
export function authFolderPath(authDir: string, sessionId: SessionId): string {
  return `${authDir.replace(/\/+$/, '')}/${sessionId}`;
}
