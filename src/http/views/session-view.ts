import { isoTime, isoTimeOrNull } from '../../kit/clock.ts';
import type { PasskeyStage, PasskeyStatus } from '../../domain/passkey.ts';
import { authFolderPath, type SessionRecord, type SessionStatus, statusOf } from '../../domain/session.ts';
import { type MetadataValue, NO_PROFILE } from '../../domain/session-profile.ts';
import type { WarmUpStage } from '../../domain/warm-up.ts';
import type { Unreachable } from '../../domain/unreachable.ts';
import type { SessionId } from '../../domain/session-id.ts';

/** A stage of a warm-up in its REST form. */
interface StageView {
  from_day: number;
  per_day: number | null;
}

/** A session in its REST form: the columns of the seed's table, plus two camelCase aliases. */
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
  /** Why WhatsApp cannot be reached, if that is the trouble. */
  error_reason: Unreachable | null;
  /** Whether the connection is lost and is being re-established automatically. */
  reconnecting: boolean;
  /** Whether WhatsApp currently forbids the account to start conversations, and until when (ISO 8601). */
  account_restricted: boolean;
  restricted_until: string | null;
  /** WhatsApp's limit of new conversations, as far as it says one; `resets_at` is ISO 8601. */
  new_chat_cap: { limit: number; used: number; resets_at: string | null } | null;
  /** How far the pairing is, and until when WhatsApp waits, if it wants a passkey; see domain/passkey.ts. */
  passkey: { state: PasskeyStage; expires_at: string } | null;
  /** The name that the account shows to others; `null` until a login of this process says it. */
  push_name: string | null;
  /** What its caller says of it. */
  name: string | null;
  labels: string[];
  metadata: Record<string, MetadataValue>;
  /** What the phone shows among its linked devices; `null` for the usual name. */
  device_name: string | null;
  /** Its own proxy, without its credentials. */
  proxy: string | null;
  /** How it begins conversations while it is new; `null` for the server's `WARM_UP`. */
  warm_up: boolean | StageView[] | null;
  /** Whether somebody stopped it, and somebody has to start it. */
  stopped: boolean;
  sessionId: SessionId;
  phoneNumber: string | null;
}

/** Converts the status of a passkey to its REST form. */
export function passkeyView({ stage, expiresAtMs }: PasskeyStatus): NonNullable<SessionView['passkey']> {
  return { state: stage, expires_at: isoTime(expiresAtMs) };
}

/** What the view depends on besides the session. */
export interface ViewOptions {
  /** `AUTH_DIR` as configured. */
  authDir: string;
  nowMs: number;
}

/** Converts a session to its REST form. */
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
    new_chat_cap: capView(record, nowMs),
    passkey: record.passkey && passkeyView(record.passkey),
    ...saidByConnection(record),
    ...profileView(record),
    stopped: record.phase === 'stopped',
    sessionId: record.sessionId,
    phoneNumber: record.identity?.phoneNumber ?? null,
  };
}

/** What the last connection said, which is not stored. */
function saidByConnection({ phase, unreachable, pushName }: SessionRecord) {
  return { error_reason: phase === 'online' ? null : (unreachable ?? null), push_name: pushName ?? null };
}

function profileView({ profile = NO_PROFILE }: SessionRecord) {
  const { name, labels, metadata, deviceName, proxy, warmUp } = profile;
  const warm_up = typeof warmUp === 'object' ? warmUp && stagesView(warmUp) : warmUp;
  return { name, labels: [...labels], metadata: { ...metadata }, device_name: deviceName, proxy, warm_up };
}

/** Converts the stages of a warm-up to their REST form. */
export function stagesView(stages: readonly WarmUpStage[]): StageView[] {
  return stages.map(({ fromDay, perDay }) => ({ from_day: fromDay, per_day: perDay }));
}

/** A limit whose time is over is none any more, until WhatsApp says the next one. */
function capView({ newChatCap: cap }: SessionRecord, nowMs: number): SessionView['new_chat_cap'] {
  if (!cap || (cap.resetsAtMs !== null && cap.resetsAtMs <= nowMs)) return null;
  return { limit: cap.limit, used: cap.used, resets_at: isoTimeOrNull(cap.resetsAtMs) };
}
