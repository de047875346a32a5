import { z } from 'zod';
import { DOWNLOAD_ERRORS, type DownloadError } from '../../domain/download-failure.ts';
import { type Event, type EventKind } from '../../domain/event.ts';
import { MESSAGE_TYPES } from '../../domain/message.ts';
import { SESSION_STATUSES } from '../../domain/session.ts';
import { type SessionId } from '../../domain/session-id.ts';
import { EXAMPLE_ID } from '../schemas/common.ts';

/** The body of a kind of event. */
type BodyOf<Kind extends EventKind> = Extract<Event, { kind: Kind }>['body'];

/** Takes a schema whose values are just the bodies of this event: with more, fewer or other fields `tsc` refuses it. */
function bodyOf<Kind extends EventKind>() {
  return <Body>(schema: z.ZodType<Body> & ([BodyOf<Kind>] extends [Body] ? z.ZodType<BodyOf<Kind>> : never)) => schema;
}

// On the wire an id is a text.
const sessionId = z.string().meta({ example: EXAMPLE_ID }) as z.ZodType as z.ZodType<SessionId>;
const text = z.string();
const maybe = text.nullable();
const time = z.iso.datetime();
const count = z.int().nonnegative();
const maybeNumber = z.number().nullable();
const maybeTime = time.nullable();

const phoneNumber = maybe.meta({ description: 'Digits with country code; null when WhatsApp gave only a LID.' });

const mediaInfo = z
  .strictObject({
    mimetype: maybe,
    size: maybeNumber.meta({ description: 'Bytes.' }),
    file_name: maybe,
    caption: maybe,
    seconds: maybeNumber,
    width: maybeNumber,
    height: maybeNumber,
    sha256: maybe.meta({ description: 'Of the plain file, base64.' }),
    thumbnail: maybe.meta({ description: 'A small JPEG, base64.' }),
    path: maybe.meta({ description: 'Below DOWNLOADS_DIR, once it was downloaded.' }),
    url: maybe.meta({ description: 'The path of the request that gives the file.' }),
    download_error: z.enum(Object.keys(DOWNLOAD_ERRORS) as DownloadError[]).nullable(),
  })
  .meta({ id: 'MediaInfo' });

const reaction = z
  .strictObject({ message_id: maybe, emoji: maybe.meta({ description: 'null when it was taken back.' }) })
  .meta({ id: 'Reaction' });

const poll = z
  .strictObject({
    message_id: maybe.meta({ description: 'The poll that a vote is for; null in the question itself.' }),
    name: maybe,
    options: z.array(text).nullable(),
    selectable_count: count.nullable().meta({ description: 'How many one may choose; 0 is any number of them.' }),
    selected: z.array(text).nullable().meta({ description: 'What the voter chose; empty when it was taken back.' }),
    results: z
      .array(z.strictObject({ option: text, votes: count, voters: z.array(text) }))
      .nullable()
      .meta({ description: 'How the votes stand with this one.' }),
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

/** What is posted of each kind of event. */
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
      error_message: maybe.meta({ description: 'What happened, and what to do.' }),
      timestamp: time,
      last_seen: maybeTime,
    }),
  ),
  'qr-update': bodyOf<'qr-update'>()(z.strictObject({ session_id: sessionId, qr_data: text, generated_at: time })),
  'message-received': bodyOf<'message-received'>()(
    z.strictObject({
      session_id: sessionId,
      sender_name: maybe.meta({ description: 'The name that the sender chose, or the number.' }),
      sender_number: phoneNumber,
      message_content: maybe.meta({ description: 'What a person would read.' }),
      message_type: z.enum(MESSAGE_TYPES),
      media_info: z.union([mediaInfo, z.strictObject({})]).meta({ description: '{} for what has no file.' }),
      received_at: time.meta({ description: 'When it came to the orchestrator.' }),
      phone_number_session: maybe,
      message_id: text.meta({ description: 'The same message of the same sender has the same.' }),
      chat_id: text.meta({ description: "The conversation's address at WhatsApp." }),
      is_group: z.boolean(),
      group_id: maybe,
      group_name: maybe,
      sender_lid: maybe,
      from_me: z.boolean(),
      timestamp: time.meta({ description: "When it was sent, by WhatsApp's clock." }),
      offline: z.boolean().meta({ description: 'It waited at WhatsApp while the session was away.' }),
      quoted_message_id: maybe,
      mentions: z.array(text),
      is_forwarded: z.boolean(),
      edited_message_id: maybe,
      deleted_message_id: maybe,
      reaction: reaction.nullable(),
      poll: poll.nullable(),
      location: place.nullable(),
      contacts: z.array(contact),
      unsupported_keys: z.array(text).meta({ description: 'The names of the fields that could not be read.' }),
      corrected_fields: z.array(text).meta({ description: 'What was null when this message was told before.' }),
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
    }),
  ),
};
