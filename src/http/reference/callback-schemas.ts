import { z } from 'zod';
import { DOWNLOAD_ERRORS, type DownloadError } from '../../domain/download-failure.ts';
import type { Event, EventKind } from '../../domain/event.ts';
import { MESSAGE_TYPES } from '../../domain/message.ts';
import { SESSION_STATUSES } from '../../domain/session.ts';
import type { SessionId } from '../../domain/session-id.ts';
import { EXAMPLE_ID } from '../schemas/common.ts';

/** The body of an event of this kind. */
type BodyOf<Kind extends EventKind> = Extract<Event, { kind: Kind }>['body'];

/** Accepts only a schema whose values are exactly the bodies of this event: `tsc` rejects missing, extra and mistyped fields. */
function bodyOf<Kind extends EventKind>() {
  return <Body>(schema: z.ZodType<Body> & ([BodyOf<Kind>] extends [Body] ? z.ZodType<BodyOf<Kind>> : never)) => schema;
}

// An id is a plain string on the wire.
const sessionId = z.string().meta({ example: EXAMPLE_ID }) as z.ZodType as z.ZodType<SessionId>;
const text = z.string();
const maybe = text.nullable();
const time = z.iso.datetime();
const count = z.int().nonnegative();
const maybeNumber = z.number().nullable();
const maybeTime = time.nullable();

const phoneNumber = maybe.meta({ description: 'Digits with country code; `null` if WhatsApp only provided a LID.' });

/** A file, and what became of it. */
export const mediaInfo = z
  .strictObject({
    mimetype: maybe,
    size: maybeNumber.meta({ description: 'In bytes.' }),
    file_name: maybe,
    caption: maybe,
    seconds: maybeNumber,
    width: maybeNumber,
    height: maybeNumber,
    sha256: maybe.meta({ description: 'Of the decrypted file, base64.' }),
    thumbnail: maybe.meta({ description: 'A small JPEG, base64.' }),
    path: maybe.meta({ description: 'The path of the file, below `DOWNLOADS_DIR`, once it is downloaded.' }),
    url: maybe.meta({ description: 'The path of the request that downloads the file.' }),
    download_error: z.enum(Object.keys(DOWNLOAD_ERRORS) as DownloadError[]).nullable(),
  })
  .meta({ id: 'MediaInfo' });

const reaction = z
  .strictObject({ message_id: maybe, emoji: maybe.meta({ description: '`null` if the reaction was removed.' }) })
  .meta({ id: 'Reaction' });

const poll = z
  .strictObject({
    message_id: maybe.meta({ description: 'The poll that a vote belongs to; `null` in the poll itself.' }),
    name: maybe,
    options: z.array(text).nullable(),
    selectable_count: count.nullable().meta({ description: 'How many options a voter may select; 0 for any number.' }),
    selected: z
      .array(text)
      .nullable()
      .meta({ description: 'The options that the voter selected; empty if the vote was withdrawn.' }),
    results: z
      .array(z.strictObject({ option: text, votes: count, voters: z.array(text) }))
      .nullable()
      .meta({ description: 'The result, including this vote.' }),
  })
  .meta({ id: 'Poll' });

const place = z
  .strictObject({
    latitude: maybeNumber,
    longitude: maybeNumber,
    name: maybe,
    address: maybe,
    url: maybe,
    accuracy_meters: maybeNumber,
  })
  .meta({ id: 'Place' });

const contact = z.strictObject({ name: maybe, numbers: z.array(text), vcard: maybe }).meta({ id: 'ContactCard' });

/** The fields of a session of which something was said. */
export const told = {
  session_name: maybe.optional().meta({ description: 'Only for sessions with a name, labels or metadata.' }),
  session_labels: z.array(text).readonly().optional(),
  session_metadata: z
    .record(text, z.union([text, z.number(), z.boolean(), z.null()]))
    .readonly()
    .optional(),
};

/** The schema of each webhook's body. */
export const CALLBACK_SCHEMAS: { [Kind in EventKind]: z.ZodType<BodyOf<Kind>> } = {
  'new-session-connected': bodyOf<'new-session-connected'>()(
    z.strictObject({
      session_id: sessionId,
      phone_number: text.meta({ description: 'Digits with country code.' }),
      status: z.literal('connected'),
      last_seen: time,
      auth_folder_path: text,
      server_port: z.int().nullable(),
      whatsapp_user_id: text,
      created_at: time,
      updated_at: time,
    }),
  ),
  'status-update': bodyOf<'status-update'>()(
    z.strictObject({
      session_id: sessionId,
      status: z.enum(SESSION_STATUSES),
      error_message: maybe.meta({ description: 'What happened, and what to do about it.' }),
      timestamp: time,
      last_seen: maybeTime,
    }),
  ),
  'qr-update': bodyOf<'qr-update'>()(z.strictObject({ session_id: sessionId, qr_data: text, generated_at: time })),
  'message-received': bodyOf<'message-received'>()(
    z.strictObject({
      session_id: sessionId,
      sender_name: maybe.meta({
        description: 'The name that the sender chose, else the one in the address book of the owner, else the number.',
      }),
      sender_number: phoneNumber,
      message_content: maybe.meta({ description: 'The text that a person would read.' }),
      message_type: z.enum(MESSAGE_TYPES),
      media_info: z.union([mediaInfo, z.strictObject({})]).meta({ description: '`{}` for messages without a file.' }),
      received_at: time.meta({ description: 'When the orchestrator received it.' }),
      phone_number_session: maybe,
      message_id: text.meta({
        description:
          'Identifies the message together with its sender: repeated webhooks about a message carry the same id.',
      }),
      chat_id: text.meta({ description: 'The WhatsApp address (JID) of the conversation.' }),
      is_group: z.boolean(),
      group_id: maybe,
      group_name: maybe,
      sender_lid: maybe,
      from_me: z.boolean(),
      timestamp: time.meta({ description: "When it was sent, according to WhatsApp's clock." }),
      offline: z.boolean().meta({ description: 'Whether it was queued at WhatsApp while the session was offline.' }),
      quoted_message_id: maybe,
      mentions: z.array(text),
      is_forwarded: z.boolean(),
      view_once: z.boolean().optional().meta({ description: 'Whether it can be viewed only once.' }),
      edited_message_id: maybe,
      deleted_message_id: maybe,
      reaction: reaction.nullable(),
      poll: poll.nullable(),
      location: place.nullable(),
      contacts: z.array(contact),
      seconds: count.nullable().optional().meta({
        description: 'The new disappearing timer of the chat, 0 when it was turned off; for `disappearing_timer`.',
      }),
      unsupported_keys: z.array(text).meta({ description: 'The names of the fields that could not be parsed.' }),
      corrected_fields: z
        .array(text)
        .meta({ description: 'The fields that were `null` in the previous webhook about this message.' }),
      ...told,
    }),
  ),
  'message-status-update': bodyOf<'message-status-update'>()(
    z.strictObject({
      session_id: sessionId,
      message_id: text,
      to_number: phoneNumber,
      status: z.enum(['sent', 'delivered', 'read', 'played', 'failed']),
      error_code: maybe,
      error_message: maybe,
      timestamp: time,
      ...told,
    }),
  ),
};
