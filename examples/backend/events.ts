import { type Callbacks } from '../client/client.ts';

/** Where the events of each kind are posted. */
export type EventPath = keyof Callbacks;

/** What any event says. */
export type EventBody = Callbacks[EventPath];

/** The body of `messages/received`. */
export type MessageReceived = Callbacks['/api/whatsapp/messages/received'];

/** One thing that the orchestrator tells, posted to us or fetched from `GET /events`. */
export interface OrchestratorEvent<Body = EventBody> {
  /** The same however often it is told. */
  webhookId: string;
  /** Its number within the session, without gaps. */
  seq: number;
  /** Where it is posted: what kind of event it is. */
  path: string;
  body: Body;
}

/** Reads JSON and takes out what PostgreSQL refuses in a text: people do send it, and a refusal would hold up all others. */
export function parseForPostgres(json: string): unknown {
  return JSON.parse(json, (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\u0000', '') : value,
  );
}
