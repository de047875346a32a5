import { type Pool } from 'pg';
import { type OrchestratorClient } from '../client/client.ts';
import { type EventBody } from './events.ts';
import { takeEvent } from './take-event.ts';

/**
 * Reads `GET /events` from where it was last read to the end, and takes what is not here: what was given up as a dead
 * letter, or what we lost ourselves by restoring a backup. What we have is recognised by its webhook-id.
 * @throws when an event cannot be stored. Nothing is skipped: the next time begins with the same one.
 */
export async function catchUp(pool: Pool, orchestrator: OrchestratorClient, autoReply: string): Promise<void> {
  for (;;) {
    const { data, nextCursor } = await orchestrator.pullEvents({ after: await readCursor(pool), limit: 100 });
    if (data.length === 0) return;
    for (const { body, cursor, ...event } of data) {
      await takeEvent(pool, { ...event, body: body as unknown as EventBody }, autoReply).catch((cause: unknown) => {
        throw new Error(`The event ${event.webhookId} (cursor ${cursor}) cannot be taken`, { cause });
      });
    }
    await pool.query('UPDATE whatsapp_cursor SET cursor = $1', [nextCursor]);
  }
}

async function readCursor(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ cursor: string }>('SELECT cursor FROM whatsapp_cursor');
  return Number(rows[0]?.cursor ?? 0);
}
