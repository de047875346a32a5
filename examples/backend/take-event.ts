import { type ClientBase, type Pool } from 'pg';
import { queueReply } from './auto-reply.ts';
import { transaction } from './database.ts';
import { type EventBody, type EventPath, type MessageReceived, type OrchestratorEvent } from './events.ts';
import { type Callbacks } from '../client/client.ts';
import { messageStatus, saveMessage } from './messages.ts';
import { qrUpdate, sessionConnected, sessionStatus } from './sessions.ts';

/** What taking an event came to. */
export interface Taken {
  /** It was not here before. */
  isNew: boolean;
  /** Events of its session are missing before it. */
  hasGap: boolean;
}

/** Handles an event with the transaction that it is given; the text is what messages are answered. */
type Handler<Body> = (db: ClientBase, event: OrchestratorEvent<Body>, autoReply: string) => Promise<void>;

/** The five callbacks, by the path that they are posted to. */
export const HANDLERS: { readonly [Path in EventPath]: Handler<Callbacks[Path]> } = {
  '/api/whatsapp/sessions/new-session-connected': sessionConnected,
  '/api/whatsapp/sessions/status-update': sessionStatus,
  '/api/whatsapp/sessions/qr-update': qrUpdate,
  '/api/whatsapp/messages/received': messageReceived,
  '/api/whatsapp/messages/status-update': messageStatus,
};

/**
 * Takes an event once, however often it is told: that it was handled is stored in the transaction in which it is handled. Two
 * of a session are never handled side by side.
 */
export function takeEvent(pool: Pool, event: OrchestratorEvent, autoReply: string): Promise<Taken> {
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

/** None for a kind of event that came after us: it is remembered, and nothing more. */
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
