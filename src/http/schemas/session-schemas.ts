import { z } from 'zod';
import { PASSKEY_STAGES } from '../../domain/passkey.ts';
import { SESSION_STATUSES } from '../../domain/session.ts';
import { TIMELINE, type TimelineWord } from '../../domain/timeline.ts';
import { UNREACHABLE_REASONS, unreachableWords } from '../../domain/unreachable.ts';
import { EXAMPLE_ID, succeeded } from './common.ts';
import { warmUpChoice } from './warm-up-schemas.ts';

const isoTime = z.iso.datetime();

/** How far a pairing with a passkey is. */
export const passkeyState = z.enum(PASSKEY_STAGES).meta({
  description:
    '"wanted": the challenge has to be signed. "answered": WhatsApp accepted the signature. "confirming": a person has to ' +
    'compare the code with the one on the phone. "confirmed": somebody did, and the phone links the device.',
});

/** A session. */
export const session = z
  .strictObject({
    session_id: z.string(),
    phone_number: z.string().nullable().meta({ description: 'Digits with country code; null before the first login.' }),
    status: z.enum(SESSION_STATUSES),
    last_seen: isoTime.nullable(),
    auth_folder_path: z.string(),
    server_port: z.null(),
    whatsapp_user_id: z.string().nullable(),
    created_at: isoTime,
    updated_at: isoTime,
    error_message: z.string().nullable().meta({ description: 'What happened, and what to do.' }),
    error_reason: z
      .enum(UNREACHABLE_REASONS)
      .nullable()
      .meta({ description: `Why WhatsApp cannot be reached, if that is the trouble: ${unreachableWords()}.` }),
    reconnecting: z
      .boolean()
      .meta({ description: 'Whether the connection is lost and is being re-established automatically.' }),
    account_restricted: z
      .boolean()
      .meta({ description: 'Whether WhatsApp currently forbids the account to start conversations.' }),
    restricted_until: isoTime.nullable(),
    new_chat_cap: z.strictObject({ limit: z.int(), used: z.int(), resets_at: isoTime.nullable() }).nullable().meta({
      description:
        "WhatsApp's limit of new conversations, and how many the account has started; null while WhatsApp has not stated one.",
    }),
    passkey: z
      .strictObject({ state: passkeyState, expires_at: isoTime })
      .nullable()
      .meta({ description: 'Set while WhatsApp wants a passkey before it links the device.' }),
    push_name: z.string().nullable().meta({
      description: 'The name that the account shows to others; null until a login says it.',
    }),
    name: z.string().nullable(),
    labels: z.array(z.string()),
    metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    device_name: z.string().nullable().meta({ description: 'What the phone shows; null for the usual name.' }),
    proxy: z.string().nullable().meta({ description: 'Its own proxy, without the credentials.' }),
    warm_up: warmUpChoice.nullable().meta({ description: "null for the server's WARM_UP." }),
    stopped: z.boolean().meta({ description: 'Whether it was stopped, and waits for somebody to start it.' }),
    sessionId: z.string().meta({ description: 'The same as session_id.' }),
    phoneNumber: z.string().nullable().meta({ description: 'The same as phone_number.' }),
  })
  .meta({ id: 'Session' });

/** A session for the documentation. */
export const EXAMPLE_SESSION: z.infer<typeof session> = {
  session_id: EXAMPLE_ID,
  phone_number: '5491234567890',
  status: 'connected',
  last_seen: '2024-01-15T10:30:00.000Z',
  auth_folder_path: `./auth_sessions/${EXAMPLE_ID}`,
  server_port: null,
  whatsapp_user_id: '5491234567890:1@s.whatsapp.net',
  created_at: '2024-01-15T10:30:00.000Z',
  updated_at: '2024-01-15T10:30:00.000Z',
  error_message: null,
  error_reason: null,
  reconnecting: false,
  account_restricted: false,
  restricted_until: null,
  new_chat_cap: { limit: 40, used: 12, resets_at: '2024-02-01T00:00:00.000Z' },
  passkey: null,
  push_name: 'Madrid',
  name: 'Shop Madrid',
  labels: ['shop'],
  metadata: { customer: 4711 },
  device_name: null,
  proxy: null,
  warm_up: null,
  stopped: false,
  sessionId: EXAMPLE_ID,
  phoneNumber: '5491234567890',
};

/** A response with one session. */
export const sessionAnswer = z.strictObject({ success: succeeded, data: session });

const TIMELINE_WORDS = Object.keys(TIMELINE) as TimelineWord[];

/** An entry of a session's timeline. */
export const timelineEntry = z
  .strictObject({
    at: isoTime,
    what: z.enum(TIMELINE_WORDS).meta({
      description: TIMELINE_WORDS.map((word) => `\`${word}\`: ${TIMELINE[word]}`).join(' '),
    }),
    why: z.string().nullable().meta({ description: 'The reason, if there is one.' }),
  })
  .meta({ id: 'TimelineEntry' });

/** A timeline for the documentation. */
export const EXAMPLE_TIMELINE: z.infer<typeof timelineEntry>[] = [
  { at: '2024-01-15T10:30:00.000Z', what: 'connected', why: null },
  { at: '2024-01-16T03:12:44.120Z', what: 'line_lost', why: 'Connection lost: Connection Terminated (428)' },
  { at: '2024-01-16T03:12:45.310Z', what: 'repaired', why: 'Connection lost: Connection Terminated (428)' },
];

/** A recent message. */
export const recentMessage = z
  .strictObject({
    session_id: z.string(),
    message_id: z.string(),
    direction: z.enum(['in', 'out']),
    at: isoTime,
    chat_id: z.string(),
    number: z.string().nullable().meta({ description: 'The other side; null for messages to a group.' }),
    name: z.string().nullable().meta({ description: 'The name that the other side chose.' }),
    type: z.string(),
    text: z.string().nullable().meta({ description: 'Cut to 500 characters.' }),
  })
  .meta({ id: 'RecentMessage' });

/** A recent message for the documentation. */
export const EXAMPLE_MESSAGE: z.infer<typeof recentMessage> = {
  session_id: EXAMPLE_ID,
  message_id: '3EB0C767D097B7C7C1A5',
  direction: 'in',
  at: '2024-01-15T10:30:00.000Z',
  chat_id: '5491122334455@s.whatsapp.net',
  number: '5491122334455',
  name: 'Juan',
  type: 'text',
  text: 'hola',
};
