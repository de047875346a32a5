import { EVENT_PATHS, type EventKind, OPTIONAL_EVENTS } from '../../domain/event.ts';
import { EXAMPLE_ID } from '../schemas/common.ts';
import { EXAMPLES } from './callback-examples.ts';
import { CALLBACK_SCHEMAS } from './callback-schemas.ts';
import { type JsonSchema, type Operation, type Parameter } from './openapi.ts';
import { type Schemas } from './schemas.ts';
import { CALLBACKS } from './tags.ts';

/** What is said of each callback beside its fields: its name in a client, and when it comes. */
const TEXTS: Record<EventKind, { name: string; summary: string; description: string }> = {
  'new-session-connected': {
    name: 'NewSessionConnected',
    summary: 'A session connected for the first time',
    description: 'Everything to be stored of the account. The fields are those of the table `whatsapp_sessions`.',
  },
  'status-update': {
    name: 'StatusUpdate',
    summary: 'The status of a session changed',
    description: 'After its first connection, or when it ends before one. A line that is back within 10 s is not told.',
  },
  'qr-update': {
    name: 'QrUpdate',
    summary: 'A QR was made or renewed',
    description: 'The text that the picture encodes. A newer one takes the place of one that was not delivered yet.',
  },
  'message-received': {
    name: 'MessageReceived',
    summary: 'A message arrived',
    description:
      'Comes once more, with the same `message_id` and another `webhook-id`, when something of it becomes known only later: ' +
      'what an `undecryptable` one says, or the fields in `corrected_fields`.',
  },
  'message-status-update': {
    name: 'MessageStatusUpdate',
    summary: 'What became of a message that was sent',
    description: 'As WhatsApp and the recipient tell it. It may come before the answer to the request that sent it.',
  },
};

/** The callbacks as webhooks of the document, each by the name of its event. */
export function webhooksOf(schemas: Schemas): Record<string, { post: Operation }> {
  const kinds = Object.keys(EVENT_PATHS) as EventKind[];
  return Object.fromEntries(kinds.map((kind) => [kind, { post: webhookOf(kind, schemas) }]));
}

function webhookOf(kind: EventKind, schemas: Schemas): Operation {
  const { name, summary, description } = TEXTS[kind];
  const schema = schemas.add(name, schemas.of(CALLBACK_SCHEMAS[kind], 'output'));
  return {
    operationId: name,
    tags: [CALLBACKS.name],
    summary,
    description,
    'x-backend-path': EVENT_PATHS[kind],
    security: [{ backendKey: [] }, {}],
    parameters: HEADERS,
    requestBody: { required: true, content: { 'application/json': { schema, example: EXAMPLES[kind] } } },
    responses: {
      '2XX': { description: 'The backend has it. What the answer says is not looked at, up to 64 KiB of it.' },
      ...(OPTIONAL_EVENTS.has(kind) && {
        404: { description: 'So with 405 and 501: the backend does not want these. They are not posted again.' },
      }),
      default: {
        description: 'Tried again, for as long as `CALLBACK_RETENTION` says; `Retry-After` is respected up to an hour.',
      },
    },
  };
}

const header = (name: string, description: string, schema: JsonSchema, isSent = true): Parameter => ({
  ...{ name, in: 'header', required: isSent, description, schema },
});

const HEADERS: Parameter[] = [
  header('webhook-id', 'The same however often the event is posted: the idempotency key.', { type: 'string' }),
  header('webhook-timestamp', 'When this try was made, in Unix seconds.', { type: 'string', pattern: '^\\d+$' }),
  header(
    'webhook-signature',
    'With `CALLBACK_SECRET`: `v1,` and the HMAC-SHA256 of id, timestamp and body (Standard Webhooks), one for each secret.',
    { type: 'string' },
    false,
  ),
  header('x-session-id', 'The session that it is about.', { type: 'string', examples: [EXAMPLE_ID] }),
  header('x-session-seq', 'Its number within the session, without gaps.', { type: 'string', pattern: '^[1-9]\\d*$' }),
];
