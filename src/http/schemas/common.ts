import { z } from 'zod';
import { type CallbackState } from '../../ports/callbacks.ts';
import { parseSessionId } from '../../domain/session-id.ts';
import { SESSION_STATUSES } from '../../domain/session.ts';
import { TIMELINE, type TimelineWord } from '../../domain/timeline.ts';
import { typed } from '../typed.ts';

/** An id as the documentation shows it. */
export const EXAMPLE_ID = 'session_1705312200123_abc123def';

/** The id of a session as text; a text that is no id names no session. */
export const sessionIdText = z
  .string()
  .transform(typed(parseSessionId, 'is not the id of a session'))
  .meta({ description: 'As GET /generate-qr gave it.', example: EXAMPLE_ID });

/** The path of everything about one session. */
export const sessionParams = z.object({ sessionId: sessionIdText });

const CALLBACK_STATES = ['pending', 'delivered', 'dead', 'unwanted'] as const satisfies readonly CallbackState[];

/** What has become of a callback. */
export const callbackState = z
  .enum(CALLBACK_STATES, { error: `must be one of ${CALLBACK_STATES.join(', ')}` })
  .meta({ description: '"dead" was given up, "unwanted" has no endpoint at the backend.' });

const MAX_PAGE = 500;
const USUAL_PAGE = 100;
/** A whole number in the text of a parameter, both ends included; `error` is the end of a sentence about it. */
export const wholeNumber = (error: string, min: number, max: number) =>
  z
    .string({ error })
    .regex(/^\d{1,15}$/, error)
    .transform(Number)
    .refine((number) => number >= min && number <= max, error)
    // In the documentation it is the number that it stands for.
    .meta({ type: 'integer', minimum: min, maximum: max, pattern: undefined });

/** The parameters of every list that is given in pages. */
export const pageQuery = {
  after: wholeNumber('must be a whole number, as an earlier answer gave it', 0, Number.MAX_SAFE_INTEGER)
    .default(0)
    .meta({ default: 0, description: 'What came after this one.' }),
  limit: wholeNumber(`must be a whole number from 1 to ${MAX_PAGE}`, 1, MAX_PAGE)
    .default(USUAL_PAGE)
    .meta({ default: USUAL_PAGE, description: 'How many at most.' }),
};

/** The code for a `sessionId` of the wrong form: nobody needs to tell "no such" from "no such form". */
export const SESSION_REFUSALS = { sessionId: 'session_not_found' } as const;

/** In front of every successful answer. */
export const succeeded = z.literal(true);

const isoTime = z.iso.datetime();

/** A session as REST shows it. */
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
    reconnecting: z.boolean().meta({ description: 'The line is lost, is being repaired and comes back by itself.' }),
    account_restricted: z.boolean().meta({ description: 'WhatsApp lets the account begin no conversations now.' }),
    restricted_until: isoTime.nullable(),
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
  reconnecting: false,
  account_restricted: false,
  restricted_until: null,
  sessionId: EXAMPLE_ID,
  phoneNumber: '5491234567890',
};

/** The answer that carries one session. */
export const sessionAnswer = z.strictObject({ success: succeeded, data: session });

const TIMELINE_WORDS = Object.keys(TIMELINE) as TimelineWord[];

/** A note of a session's timeline. */
export const timelineEntry = z
  .strictObject({
    at: isoTime,
    what: z.enum(TIMELINE_WORDS).meta({
      description: TIMELINE_WORDS.map((word) => `\`${word}\`: ${TIMELINE[word]}`).join(' '),
    }),
    why: z.string().nullable().meta({ description: 'The reason in a sentence, where there is one.' }),
  })
  .meta({ id: 'TimelineEntry' });

/** A timeline for the documentation. */
export const EXAMPLE_TIMELINE: z.infer<typeof timelineEntry>[] = [
  { at: '2024-01-15T10:30:00.000Z', what: 'connected', why: null },
  { at: '2024-01-16T03:12:44.120Z', what: 'line_lost', why: 'Connection lost: Connection Terminated (428)' },
  { at: '2024-01-16T03:12:45.310Z', what: 'repaired', why: 'Connection lost: Connection Terminated (428)' },
];
