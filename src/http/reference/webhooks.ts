import { EVENT_PATHS, type EventKind, OPTIONAL_EVENTS } from '../../domain/event.ts';
import { EXAMPLE_ID } from '../schemas/common.ts';
import { EXAMPLES } from './callback-examples.ts';
import { CALLBACK_SCHEMAS } from './callback-schemas.ts';
import type { JsonSchema, Operation, Parameter } from './openapi.ts';
import type { Schemas } from './schemas.ts';
import { WEBHOOKS } from './tags.ts';

/** The name of each webhook in generated clients, and when it is posted. */
const TEXTS: Record<EventKind, { name: string; summary: string; description: string }> = {
  'new-session-connected': {
    name: 'NewSessionConnected',
    summary: 'A session connected for the first time',
    description: 'Everything to store about the account. The fields match the table `whatsapp_sessions`.',
  },
  'status-update': {
    name: 'StatusUpdate',
    summary: 'The status of a session changed',
    description:
      'Posted for changes after the first connection, and when a session ends before one. A connection that recovers within ' +
      '10 s is not reported.',
  },
  'qr-update': {
    name: 'QrUpdate',
    summary: 'A QR was created or renewed',
    description: 'Contains the text that the QR encodes. A newer QR replaces one that has not been delivered yet.',
  },
  'message-received': {
    name: 'MessageReceived',
    summary: 'A message arrived',
    description:
      'Posted again, with the same `message_id` and a new `webhook-id`, when more becomes known about the message: the content ' +
      'of an `undecryptable` one, or the fields in `corrected_fields`.',
  },
  'message-status-update': {
    name: 'MessageStatusUpdate',
    summary: 'The delivery status of a sent message',
    description:
      'As WhatsApp and the recipient report it. It may arrive before the response to the request that sent the message.',
  },
};

/** Generates the webhooks of the document, by the name of their event. */
export function webhooksOf(schemas: Schemas): Record<string, { post: Operation }> {
  const kinds = Object.keys(EVENT_PATHS) as EventKind[];
  return Object.fromEntries(kinds.map((kind) => [kind, { post: webhookOf(kind, schemas) }]));
}

function webhookOf(kind: EventKind, schemas: Schemas): Operation {
  const { name, summary, description } = TEXTS[kind];
  const schema = schemas.add(name, schemas.of(CALLBACK_SCHEMAS[kind], 'output'));
  return {
    operationId: name,
    tags: [WEBHOOKS.name],
    summary,
    description,
    'x-backend-path': EVENT_PATHS[kind],
    security: [{ backendKey: [] }, {}],
    parameters: HEADERS,
    requestBody: { required: true, content: { 'application/json': { schema, example: EXAMPLES[kind] } } },
    responses: {
      '2XX': { description: 'Delivered. The body of the response is ignored, up to 64 KiB.' },
      ...(OPTIONAL_EVENTS.has(kind) && {
        404: {
          description:
            'Your backend does not want these webhooks: they are not posted again. The same applies to 405 and 501.',
        },
      }),
      default: {
        description:
          'Retried for `CALLBACK_RETENTION`, and longer while the backend is down. `Retry-After` is honored, up to an hour.',
      },
    },
  };
}

const header = (name: string, description: string, schema: JsonSchema, isRequired = true): Parameter => ({
  ...{ name, in: 'header', required: isRequired, description, schema },
});

const HEADERS: Parameter[] = [
  header('webhook-id', 'The idempotency key: identical for every delivery of the event.', { type: 'string' }),
  header('webhook-timestamp', 'When this delivery was attempted, in Unix seconds.', {
    type: 'string',
    pattern: '^\\d+$',
  }),
  header(
    'webhook-signature',
    'If `CALLBACK_SECRET` is set: `v1,` and the HMAC-SHA256 of id, timestamp and body (Standard Webhooks), once per secret.',
    { type: 'string' },
    false,
  ),
  header('x-session-id', 'The session of the event.', { type: 'string', examples: [EXAMPLE_ID] }),
  header(
    'x-session-seq',
    'The sequence number of the event within its session, without gaps. After a backup was restored it jumps by a million or more.',
    {
      type: 'string',
      pattern: '^[1-9]\\d*$',
    },
  ),
];
