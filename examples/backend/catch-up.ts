import type { Pool } from 'pg';
import type { OrchestratorClient } from '../client/client.ts';
import type { EventBody } from './events.ts';
import { handleEvent } from './handle-event.ts';

/**
 * Pulls `GET /events` from the stored cursor to the end, and handles the events that are missing: dead letters, or events that were
 * lost by restoring a backup. Known events are recognized by their webhook-id.
 * @throws Error when an event cannot be stored. Nothing is skipped: the next call starts with the same event.
 */
export async function catchUp(pool: Pool, orchestrator: OrchestratorClient, autoReply: string): Promise<void> {
  for (;;) {
    const { data, nextCursor } = await orchestrator.pullEvents({ after: await readCursor(pool), limit: 100 });
    if (data.length === 0) return;
    for (const { body, cursor, ...event } of data) {
      await handleEvent(pool, { ...event, body: body as unknown as EventBody }, autoReply).catch((cause: unknown) => {
        throw new Error(`Could not store event ${event.webhookId} (cursor ${cursor})`, { cause });
      });
    }
    await pool.query('UPDATE whatsapp_cursor SET cursor = $1', [nextCursor]);
  }
}

async function readCursor(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ cursor: string }>('SELECT cursor FROM whatsapp_cursor');
  return Number(rows[0]?.cursor ?? 0);
}
