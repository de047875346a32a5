import type { ClientBase, Pool } from 'pg';
import type { MessageReceived, OrchestratorEvent } from './events.ts';
import type { OrchestratorClient } from '../client/client.ts';
import { OrchestratorError } from '../client/requests.ts';
import { report } from './report.ts';

/** A queued reply. */
interface Reply {
  answers: string;
  key: string;
  session_id: string;
  chat_id: string;
  content: string;
}

/** Statuses of temporary errors: wrong credentials, a timeout, a session that is not connected, or an account that sends too fast. */
const TEMPORARY = [401, 403, 408, 409, 429];

/**
 * Queues a reply in the transaction that stores the message. Sending it right away would delay the webhooks, and lose the reply if
 * this process ended. A conversation receives one reply in ten minutes, so that two auto-replies do not answer each other forever.
 * Messages older than an hour receive none.
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

/** Sends the replies that are due. A failed one is retried every ten seconds, for an hour. */
export async function sendReplies(pool: Pool, orchestrator: OrchestratorClient): Promise<void> {
  const { rows } = await pool.query<Reply>(
    `UPDATE whatsapp_replies SET next_try_at = now() + interval '10 seconds'
     WHERE message_id IS NULL AND refusal IS NULL AND next_try_at <= now() AND created_at > now() - interval '1 hour'
     RETURNING answers, session_id, chat_id, content, key`,
  );
  // Independently: a failed reply does not delay the others, and all of them are settled when this function returns.
  const results = await Promise.allSettled(rows.map((reply) => send(pool, orchestrator, reply)));
  for (const result of results) if (result.status === 'rejected') report('A reply will be retried', result.reason);
}

async function send(pool: Pool, orchestrator: OrchestratorClient, reply: Reply): Promise<void> {
  const { answers, session_id, chat_id, content, key } = reply;
  try {
    // The same key for every attempt: the reply is sent once, even if this process ends before it sees the response.
    const message = { number: chat_id, message: content };
    const { messageId } = await orchestrator.sendMessage(session_id, message, { idempotencyKey: key });
    await pool.query('UPDATE whatsapp_replies SET message_id = $2 WHERE answers = $1', [answers, messageId]);
  } catch (error) {
    if (!isFinal(error)) throw error;
    await pool.query('UPDATE whatsapp_replies SET refusal = $2 WHERE answers = $1', [answers, error.message]);
  }
}

/** Whether a retry would fail in the same way. */
function isFinal(error: unknown): error is OrchestratorError {
  if (!(error instanceof OrchestratorError)) return false;
  return error.status < 500 && (!TEMPORARY.includes(error.status) || error.code === 'account_restricted');
}
