import { type ClientBase, type Pool } from 'pg';
import { type MessageReceived, type OrchestratorEvent } from './events.ts';
import { type Orchestrator } from './orchestrator.ts';

/** A reply that waits to be sent. */
interface Reply {
  answers: string;
  key: string;
  session_id: string;
  chat_id: string;
  content: string;
}

/** Refusals that pass: the session is not connected now, the account writes too fast, the orchestrator is in trouble. */
const PASSING = [401, 403, 408, 409, 429];

/**
 * Puts down that a message is to be answered, in the transaction that stores the message: to send it at once would
 * hold up the callbacks, and forget it when this process ends. A conversation is answered once in ten minutes, so that two of
 * these do not write to each other for ever, and nobody for what he wrote an hour ago.
 */
export async function queueReply(db: ClientBase, id: string, event: OrchestratorEvent, content: string): Promise<void> {
  const body = event.body as MessageReceived;
  const isOurs = body.from_me || body.is_group || body.message_type !== 'text';
  if (content === '' || isOurs) return;
  await db.query(
    `INSERT INTO whatsapp_replies (answers, session_id, chat_id, content, key)
     SELECT $1, $2, $3, $4, $5 WHERE $6::timestamptz > now() - interval '1 hour' AND NOT EXISTS (
       SELECT 1 FROM whatsapp_replies
       WHERE session_id = $2 AND chat_id = $3 AND created_at > now() - interval '10 minutes')
     ON CONFLICT DO NOTHING`,
    [id, body.session_id, body.chat_id, content, `auto-reply-${event.webhookId}`, body.timestamp],
  );
}

/** Sends the replies that are due. One that fails is tried again after ten seconds, for an hour. */
export async function sendReplies(pool: Pool, orchestrator: Orchestrator): Promise<void> {
  const { rows } = await pool.query<Reply>(
    `UPDATE whatsapp_replies SET next_try_at = now() + interval '10 seconds'
     WHERE message_id IS NULL AND refusal IS NULL AND next_try_at <= now() AND created_at > now() - interval '1 hour'
     RETURNING answers, session_id, chat_id, content, key`,
  );
  await Promise.all(rows.map((reply) => send(pool, orchestrator, reply)));
}

async function send(pool: Pool, orchestrator: Orchestrator, reply: Reply): Promise<void> {
  const { answers, session_id, chat_id, content, key } = reply;
  // The same key for the same reply: it is sent once, also when we end before we know that it was.
  const { status, body } = await orchestrator.sendMessage(session_id, { number: chat_id, message: content }, key);
  if (!body.success && (status >= 500 || PASSING.includes(status))) return;
  await pool.query('UPDATE whatsapp_replies SET message_id = $2, refusal = $3 WHERE answers = $1', [
    answers,
    body.messageId ?? null,
    body.success ? null : (body.message ?? 'refused'),
  ]);
}
