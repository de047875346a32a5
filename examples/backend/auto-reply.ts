import { type ClientBase, type Pool } from 'pg';
import { type MessageReceived, type OrchestratorEvent } from './events.ts';
import { type OrchestratorClient } from '../client/client.ts';
import { OrchestratorError } from '../client/requests.ts';
import { report } from './report.ts';

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
export async function queueReply(
  db: ClientBase,
  id: string,
  { body, webhookId }: OrchestratorEvent<MessageReceived>,
  content: string,
): Promise<void> {
  const isOurs = body.from_me || body.is_group || body.message_type !== 'text';
  if (content === '' || isOurs) return;
  await db.query(
    `INSERT INTO whatsapp_replies (answers, session_id, chat_id, content, key)
     SELECT $1, $2, $3, $4, $5 WHERE $6::timestamptz > now() - interval '1 hour' AND NOT EXISTS (
       SELECT 1 FROM whatsapp_replies
       WHERE session_id = $2 AND chat_id = $3 AND created_at > now() - interval '10 minutes')
     ON CONFLICT DO NOTHING`,
    [id, body.session_id, body.chat_id, content, `auto-reply-${webhookId}`, body.timestamp],
  );
}

/** Sends the replies that are due. One that fails is tried again after ten seconds, for an hour. */
export async function sendReplies(pool: Pool, orchestrator: OrchestratorClient): Promise<void> {
  const { rows } = await pool.query<Reply>(
    `UPDATE whatsapp_replies SET next_try_at = now() + interval '10 seconds'
     WHERE message_id IS NULL AND refusal IS NULL AND next_try_at <= now() AND created_at > now() - interval '1 hour'
     RETURNING answers, session_id, chat_id, content, key`,
  );
  // Each by itself: one that fails holds up no other, and all have ended when this has.
  const sent = await Promise.allSettled(rows.map((reply) => send(pool, orchestrator, reply)));
  for (const it of sent) if (it.status === 'rejected') report('A reply is to be sent again', it.reason);
}

async function send(pool: Pool, orchestrator: OrchestratorClient, reply: Reply): Promise<void> {
  const { answers, session_id, chat_id, content, key } = reply;
  try {
    // The same key for the same reply: it is sent once, also when we end before we know that it was.
    const message = { number: chat_id, message: content };
    const { messageId } = await orchestrator.sendMessage(session_id, message, { idempotencyKey: key });
    await pool.query('UPDATE whatsapp_replies SET message_id = $2 WHERE answers = $1', [answers, messageId]);
  } catch (error) {
    if (!isFinal(error)) throw error;
    await pool.query('UPDATE whatsapp_replies SET refusal = $2 WHERE answers = $1', [answers, error.message]);
  }
}

/** Whether another try would be refused as well. */
function isFinal(error: unknown): error is OrchestratorError {
  if (!(error instanceof OrchestratorError)) return false;
  return error.status < 500 && (!PASSING.includes(error.status) || error.code === 'account_restricted');
}
