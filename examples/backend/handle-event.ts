import type { ClientBase, Pool } from 'pg';
import { queueReply } from './auto-reply.ts';
import { transaction } from './database.ts';
import type { EventBody, EventPath, MessageReceived, OrchestratorEvent } from './events.ts';
import type { Callbacks } from '../client/client.ts';
import { messageStatus, saveMessage } from './messages.ts';
import { qrUpdate, sessionConnected, sessionStatus } from './sessions.ts';

/** The result of handling an event. */
export interface Outcome {
  /** The event had not been handled before. */
  isNew: boolean;
  /** Earlier events of its session are missing. */
  hasGap: boolean;
}

/** Handles an event within a transaction. `autoReply` is the reply to text messages. */
type Handler<Body> = (db: ClientBase, event: OrchestratorEvent<Body>, autoReply: string) => Promise<void>;

/** The handlers of the five webhooks, by path. */
export const HANDLERS: { readonly [Path in EventPath]: Handler<Callbacks[Path]> } = {
  '/api/whatsapp/sessions/new-session-connected': sessionConnected,
  '/api/whatsapp/sessions/status-update': sessionStatus,
  '/api/whatsapp/sessions/qr-update': qrUpdate,
  '/api/whatsapp/messages/received': messageReceived,
  '/api/whatsapp/messages/status-update': messageStatus,
};

/**
 * Handles an event once, however often it is delivered: its id is stored in the transaction that handles it. Events of the same
 * session are never handled concurrently.
 */
export function handleEvent(pool: Pool, event: OrchestratorEvent, autoReply: string): Promise<Outcome> {
  return transaction(pool, async (db) => {
    const { webhookId, seq, path, body } = event;
    await db.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [body.session_id]);
    const latest = await latestSeq(db, body.session_id);
    const { rowCount } = await db.query(
      'INSERT INTO whatsapp_callbacks (webhook_id, session_id, seq) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [webhookId, body.session_id, seq],
    );
    if (rowCount === 0) return { isNew: false, hasGap: false };
    await handlerOf(path)?.(db, event, autoReply);
    return { isNew: true, hasGap: seq > latest + 1 };
  });
}

/** Undefined for kinds of events that are newer than this backend. They are recorded and otherwise ignored. */
function handlerOf(path: string): Handler<EventBody> | undefined {
  return path in HANDLERS ? (HANDLERS[path as EventPath] as Handler<EventBody>) : undefined;
}

async function messageReceived(
  db: ClientBase,
  event: OrchestratorEvent<MessageReceived>,
  autoReply: string,
): Promise<void> {
  const id = await saveMessage(db, event);
  if (id !== undefined) await queueReply(db, id, event, autoReply);
}

async function latestSeq(db: ClientBase, sessionId: string): Promise<number> {
  const { rows } = await db.query<{ seq: string | null }>(
    'SELECT MAX(seq) AS seq FROM whatsapp_callbacks WHERE session_id = $1',
    [sessionId],
  );
  return Number(rows[0]?.seq ?? 0);
}
