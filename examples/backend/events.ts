import type { Callbacks } from '../client/client.ts';

/** The path of a webhook, which identifies the kind of event. */
export type EventPath = keyof Callbacks;

/** The body of any event. */
export type EventBody = Callbacks[EventPath];

/** The body of `messages/received`. */
export type MessageReceived = Callbacks['/api/whatsapp/messages/received'];

/** An event of the orchestrator, posted as a webhook or pulled from `GET /events`. */
export interface OrchestratorEvent<Body = EventBody> {
  /** Identical for every delivery of the event. */
  webhookId: string;
  /** The sequence number within the session, without gaps. */
  seq: number;
  /** The path that it is posted to, which identifies the kind of event. */
  path: string;
  body: Body;
}

/**
 * Parses JSON and removes the characters that PostgreSQL rejects in text. People do send them, and a rejected event would block the
 * ones after it.
 */
export function parseForPostgres(json: string): unknown {
  return JSON.parse(json, (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\u0000', '') : value,
  );
}
