import { hash } from 'node:crypto';
import type { DeliveryUpdate, IncomingMessage, MediaInfo } from '../domain/message.ts';
import type { KnownSentMessage } from '../domain/outgoing.ts';
import type { SessionId } from '../domain/session-id.ts';
import { summaryOf } from '../domain/session-profile.ts';
import { authFolderPath, type QrCode, type SessionRecord, statusOf } from '../domain/session.ts';
import { isoTime, isoTimeOrNull } from '../kit/clock.ts';
import type { NewCallback } from '../ports/callbacks.ts';
import type { AwaitedNumber } from '../ports/storage.ts';

/**
 * The event of a session's first connection. With `instead`, the backend knew the account before: one that refuses to add it
 * again receives that in its place.
 */
export function newSessionConnected(record: SessionRecord, authDir: string, instead?: NewCallback): NewCallback {
  const { sessionId, identity, lastSeenMs, createdAtMs, updatedAtMs } = record;
  return {
    event: {
      kind: 'new-session-connected',
      body: {
        session_id: sessionId,
        phone_number: identity?.phoneNumber ?? '',
        status: 'connected',
        last_seen: isoTime(lastSeenMs ?? updatedAtMs),
        auth_folder_path: authFolderPath(authDir, sessionId),
        server_port: null,
        whatsapp_user_id: identity?.whatsappUserId ?? '',
        created_at: isoTime(createdAtMs),
        updated_at: isoTime(updatedAtMs),
      },
    },
    session: summaryOf(record.profile),
    // The id may have been announced before, for a session that was deleted.
    webhookId: webhookId('session', sessionId, 'new', ...(instead ? [String(createdAtMs)] : [])),
    ...(instead && { instead }),
  };
}

/** The event of a session's changed status. `count` tells two changes in the same millisecond apart. */
export function statusUpdate(record: SessionRecord, count: number): NewCallback {
  const { sessionId, phase, errorMessage, lastSeenMs, updatedAtMs } = record;
  return {
    event: {
      kind: 'status-update',
      body: {
        session_id: sessionId,
        status: statusOf(phase),
        error_message: errorMessage,
        timestamp: isoTime(updatedAtMs),
        last_seen: isoTimeOrNull(lastSeenMs),
      },
    },
    session: summaryOf(record.profile),
    webhookId: webhookId('status', sessionId, phase, String(updatedAtMs), String(count)),
  };
}

/** The event of a QR that was created or renewed. */
export function qrUpdate({ sessionId, profile }: SessionRecord, qr: QrCode): NewCallback {
  const body = { session_id: sessionId, qr_data: qr.text, generated_at: isoTime(qr.generatedAtMs) };
  const session = summaryOf(profile);
  return { event: { kind: 'qr-update', body }, session, webhookId: webhookId('qr', sessionId, qr.text) };
}

/**
 * The event of a received message. Its webhookId is derived from WhatsApp's own ids, so that a redelivery is the same event.
 * An undecryptable message is an event of its own, which is skipped if the message itself is already there. With `holdMs`
 * the event waits for its file; until that arrives, its body reports a download that timed out.
 */
export function messageReceived(
  record: SessionRecord,
  message: IncomingMessage,
  receivedAtMs: number,
  holdMs = 0,
): NewCallback {
  const { sender, content, isGroup, chatId } = message;
  return {
    event: {
      kind: 'message-received',
      body: {
        session_id: record.sessionId,
        sender_name: sender.pushName ?? sender.number,
        sender_number: sender.number,
        message_content: content.text,
        message_type: content.type,
        media_info: mediaInfo(record.sessionId, message, holdMs),
        received_at: isoTime(receivedAtMs),
        phone_number_session: record.identity?.phoneNumber ?? null,
        message_id: message.id,
        chat_id: chatId,
        is_group: isGroup,
        group_id: isGroup ? chatId : null,
        group_name: message.groupName,
        sender_lid: sender.lid,
        from_me: message.fromMe,
        timestamp: isoTime(message.sentAtMs),
        offline: message.offline,
        quoted_message_id: content.quotedMessageId,
        mentions: content.mentions,
        is_forwarded: content.isForwarded,
        view_once: content.viewOnce,
        edited_message_id: content.editedMessageId,
        deleted_message_id: content.deletedMessageId,
        reaction: content.reaction,
        poll: content.poll,
        location: content.location,
        contacts: content.contacts,
        seconds: content.seconds,
        unsupported_keys: content.unsupportedKeys,
        corrected_fields: [],
      },
    },
    session: summaryOf(record.profile),
    ...messageKeys(record.sessionId, message),
    ...(holdMs > 0 && { holdUntilMs: receivedAtMs + holdMs }),
  };
}

/** The id of the message under which the file of this one is stored: an edit changes a message, never its file. */
export function fileOwner({ id, content }: IncomingMessage): string {
  return content.editedMessageId ?? id;
}

/** What is told of the file of a message, whose webhook waits for it this long. */
export function mediaInfo(
  sessionId: SessionId,
  message: IncomingMessage,
  holdMs: number,
): MediaInfo | Record<string, never> {
  const { media, hasFile } = message.content;
  if (!media) return {};
  const url = `/sessions/${sessionId}/messages/${encodeURIComponent(fileOwner(message))}/media`;
  return { ...media, url: hasFile ? url : null, download_error: holdMs > 0 ? 'timeout' : null };
}

/** Records that the event lacks its sender's number; `undefined` when it has the number, or none can become known. */
export function numberAwaited(sessionId: SessionId, message: IncomingMessage): AwaitedNumber | undefined {
  const { number, lid } = message.sender;
  if (number !== null || lid === null) return undefined;
  const {
    webhookId: incomplete,
    unless: [unless = null],
  } = messageKeys(sessionId, message);
  return { lid, webhookId: incomplete, correctionId: webhookId('number', incomplete), unless };
}

/**
 * The phone number comes first, since WhatsApp reveals it in either addressing mode, but the LID not always. A message that
 * was first reported under its LID alone, and arrives again once the number is known, is still the same.
 */
function messageKeys(
  sessionId: SessionId,
  { id, chatId, sender, content }: IncomingMessage,
): { webhookId: string; unless: string[] } {
  const { number, lid } = sender;
  const names = number === null ? [lid ?? chatId] : [number, ...(lid === null ? [] : [lid])];
  const keys = (kind: string) => names.map((name) => webhookId(kind, sessionId, name, id));
  const readable = keys('message');
  const [key = '', ...others] = content.type === 'undecryptable' ? keys('undecryptable') : readable;
  return { webhookId: key, unless: content.type === 'undecryptable' ? [...readable, ...others] : others };
}

/** The event of the delivery status of a message that we sent. */
export function messageStatusUpdate(
  { sessionId, profile }: Pick<SessionRecord, 'sessionId' | 'profile'>,
  message: Pick<KnownSentMessage, 'toNumber'>,
  update: DeliveryUpdate,
  atMs: number,
): NewCallback {
  return {
    event: {
      kind: 'message-status-update',
      body: {
        session_id: sessionId,
        message_id: update.messageId,
        to_number: message.toNumber,
        status: update.status,
        error_code: update.errorCode,
        error_message: update.errorMessage,
        timestamp: isoTime(atMs),
      },
    },
    session: summaryOf(profile),
    webhookId: webhookId('delivery', sessionId, update.messageId, update.status),
  };
}

/** An id that is the same for the same event and reveals nothing about its parts. */
export function webhookId(kind: string, ...parts: string[]): string {
  return `${kind}_${hash('sha256', parts.join('\n'), 'base64url').slice(0, 32)}`;
}
