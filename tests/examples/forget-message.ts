import type { Pool } from 'pg';
import { until } from '../harness/until.ts';

const ANSWERED = `
  SELECT message.id, message.first_seq FROM whatsapp_messages AS message
  JOIN whatsapp_replies AS reply ON reply.answers = message.id
  JOIN whatsapp_deliveries AS delivery ON delivery.message_id = reply.message_id AND delivery.status = 'delivered'
  WHERE message.content = $1`;

/** Removes every trace of a message, once the last event about it was handled, as if an older backup with this cursor were restored. */
export async function forgetMessage(db: Pool, text: string, cursor: string): Promise<void> {
  const { id, first_seq } = await until(async () => (await db.query(ANSWERED, [text])).rows[0]);
  await db.query(`DELETE FROM whatsapp_messages WHERE id = ${id};
    DELETE FROM whatsapp_callbacks WHERE seq >= ${first_seq} AND session_id IN (SELECT session_id FROM whatsapp_sessions);
    UPDATE whatsapp_cursor SET cursor = ${cursor}`);
}
