import type { ClientBase } from 'pg';
import type { MessageStatusUpdate } from '../client/client.ts';
import type { MessageReceived, OrchestratorEvent } from './events.ts';

/**
 * Stores a new message, or corrects a stored one that is posted again with more information: it could not be decrypted at first, or
 * the number of its sender was unknown. A message keeps its `message_id`, and so its row. Returns the id of the row, or undefined if
 * the event adds nothing.
 */
export async function saveMessage(
  db: ClientBase,
  event: OrchestratorEvent<MessageReceived>,
): Promise<string | undefined> {
  const { body } = event;
  const known = await findMessage(db, body);
  if (!known) return insertMessage(db, event);
  // The later event wins, in whichever order they arrive.
  if (Number(known.seq) >= event.seq) return undefined;
  await correctMessage(db, known.id, event);
  return known.id;
}

/** Stores the delivery status of a sent message. It may arrive before the response to the request that sent the message. */
export async function messageStatus(
  db: ClientBase,
  { body, seq }: OrchestratorEvent<MessageStatusUpdate>,
): Promise<void> {
  const { session_id, message_id, to_number, status, error_code, error_message } = body;
  await db.query(
    `INSERT INTO whatsapp_deliveries (session_id, message_id, to_number, status, error_code, error_message, seq)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (session_id, message_id) DO UPDATE SET to_number = EXCLUDED.to_number, status = EXCLUDED.status,
       error_code = EXCLUDED.error_code, error_message = EXCLUDED.error_message, seq = EXCLUDED.seq
     WHERE whatsapp_deliveries.seq < EXCLUDED.seq`,
    [session_id, message_id, to_number, status, error_code, error_message, seq],
  );
}

/** Senders choose message ids, so the sender has to match too. Otherwise anyone could overwrite the message of somebody else. */
async function findMessage(db: ClientBase, body: MessageReceived): Promise<{ id: string; seq: string } | undefined> {
  const { rows } = await db.query<{ id: string; seq: string }>(
    `SELECT id, seq FROM whatsapp_messages WHERE session_id = $1 AND message_id = $2
       AND (sender_number = $3 OR sender_lid = $4 OR (chat_id = $5 AND NOT $6)) AND (event ->> 'from_me')::boolean = $7`,
    [body.session_id, body.message_id, body.sender_number, body.sender_lid, body.chat_id, body.is_group, body.from_me],
  );
  return rows[0];
}

async function insertMessage(db: ClientBase, { body, seq }: OrchestratorEvent<MessageReceived>): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `INSERT INTO whatsapp_messages (session_id, sender_name, sender_number, content, type, received_at, message_id,
       chat_id, sender_lid, sent_at, media_url, event, first_seq, seq)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13) RETURNING id`,
    [
      body.session_id,
      body.sender_name,
      body.sender_number,
      body.message_content,
      body.message_type,
      body.received_at,
      body.message_id,
      body.chat_id,
      body.sender_lid,
      body.timestamp,
      body.media_info.url,
      JSON.stringify(body),
      seq,
    ],
  );
  return rows[0]?.id ?? '';
}

async function correctMessage(
  db: ClientBase,
  id: string,
  { body, seq }: OrchestratorEvent<MessageReceived>,
): Promise<void> {
  await db.query(
    `UPDATE whatsapp_messages SET sender_name = $2, sender_number = $3, content = $4, type = $5, sender_lid = $6,
       media_url = $7, event = $8, seq = $9 WHERE id = $1`,
    [
      id,
      body.sender_name,
      body.sender_number,
      body.message_content,
      body.message_type,
      body.sender_lid,
      body.media_info.url,
      JSON.stringify(body),
      seq,
    ],
  );
}
