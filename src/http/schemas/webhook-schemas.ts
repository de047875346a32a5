import { z } from 'zod';
import { ALL_EVENT_KINDS, ONLY_WHERE_NAMED } from '../../domain/further-event.ts';
import { nameText, SESSIONS_WANTED, sessionIdText } from './common.ts';

const MAX_URL = 2_048;
const MAX_HEADERS = 20;
const MAX_HEADER_VALUE = 1_024;
/** A token of HTTP. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]{1,100}$/;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
/** Headers that are ours, or belong to the connection. */
const RESERVED =
  /^(?:host|connection|keep-alive|upgrade|te|trailer|transfer-encoding|expect|content-.*|user-agent|proxy-.*|webhook-.*|x-session-.*)$/i;
const SECRET = /^whsec_(?:[A-Za-z0-9+/]{4}){6,24}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const EVENTS_WANTED = `must be a list of at least one of ${ALL_EVENT_KINDS.join(', ')}, or null for all`;
const EVENTS_MEANT = `The events that it receives; null for all but ${[...ONLY_WHERE_NAMED].join(', ')}, which must be named.`;
const HEADERS_WANTED = `must be an object of at most ${MAX_HEADERS} headers, with texts of printable ASCII as values`;
const RESERVED_HEADER =
  'must not contain headers of the connection, nor content-, user-agent, webhook- or x-session- headers';
const SECRET_WANTED = 'must be whsec_ followed by base64 of 18 to 74 bytes';

const url = z.string('must be a URL').max(MAX_URL, `must be a URL of at most ${MAX_URL} characters`).meta({
  description: 'Where events are posted: http or https, a public address or a host of WEBHOOK_ALLOWED_HOSTS.',
});

const fields = {
  name: nameText,
  events: z
    .array(z.enum(ALL_EVENT_KINDS, EVENTS_WANTED), EVENTS_WANTED)
    .min(1, EVENTS_WANTED)
    .nullable()
    .meta({ description: EVENTS_MEANT }),
  sessions: z.array(sessionIdText, SESSIONS_WANTED).min(1, SESSIONS_WANTED).max(1_000, SESSIONS_WANTED).nullable(),
  headers: z
    .record(
      z.string().regex(HEADER_NAME, HEADERS_WANTED),
      z.string(HEADERS_WANTED).max(MAX_HEADER_VALUE, HEADERS_WANTED).regex(PRINTABLE_ASCII, HEADERS_WANTED),
      HEADERS_WANTED,
    )
    .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, HEADERS_WANTED)
    .refine((headers) => !Object.keys(headers).some((name) => RESERVED.test(name)), RESERVED_HEADER),
  secret: z.string(SECRET_WANTED).regex(SECRET, SECRET_WANTED),
  paused: z.boolean('must be true or false'),
};

/** The body of `POST /webhooks`. */
export const newWebhook = z.object({
  url,
  name: fields.name.default(''),
  events: fields.events.default(null),
  sessions: fields.sessions.default(null),
  headers: fields.headers.optional(),
  secret: fields.secret.optional().meta({ description: 'Signs the requests; made by the server if it is missing.' }),
  paused: fields.paused.default(false),
});

/** The body of `PATCH /webhooks/:webhookId`. */
export const webhookChange = z.object({ url, ...fields }).partial();

/** A webhook without its secrets. */
export const webhook = z
  .strictObject({
    webhookId: z.string(),
    name: z.string(),
    url: z.string(),
    events: z.array(z.enum(ALL_EVENT_KINDS)).nullable().meta({ description: EVENTS_MEANT }),
    sessions: z.array(z.string()).nullable().meta({ description: 'Whose events it receives; null for all sessions.' }),
    headers: z.array(z.string()).meta({ description: 'The names of its headers; their values are not shown.' }),
    paused: z.boolean(),
    createdAt: z.iso.datetime(),
    pending: z.int().nonnegative().meta({ description: 'The events that it has yet to receive.' }),
    oldestPendingSeconds: z.int().nonnegative(),
    deadLettered: z.int().nonnegative().meta({ description: 'The events that were given up.' }),
  })
  .meta({ id: 'Webhook' });

/** An event that a webhook was not given. */
export const deadLetter = z
  .strictObject({
    id: z.int().positive(),
    eventId: z.string().meta({ description: 'The header webhook-id.' }),
    sessionId: z.string(),
    event: z.string(),
    error: z.string(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'DeadLetter' });

/** The outcome of one attempt. */
export const attempt = z.strictObject({
  success: z.literal(true),
  accepted: z.boolean(),
  status: z.int().nullable().meta({ description: 'The status that the receiver refused with; null otherwise.' }),
  error: z.string().nullable(),
  durationMs: z.int().nonnegative(),
});
