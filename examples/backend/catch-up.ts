import { type Pool } from 'pg';
import { type Orchestrator } from './orchestrator.ts';
import { report } from './report.ts';
import { takeEvent } from './take-event.ts';

/**
 * Reads `GET /events` from where it was last read to the end, and takes what is not here: what was given up as a dead
 * letter, or what we lost ourselves by restoring a backup. What we have is recognised by its webhook-id.
 */
export async function catchUp(pool: Pool, orchestrator: Orchestrator, autoReply: string): Promise<void> {
  for (;;) {
    const { status, body } = await orchestrator.events(await readCursor(pool));
    if (!body.success) throw new Error(`GET /events was answered with ${status}: ${body.message ?? ''}`);
    if (body.data.length === 0) return;
    for (const event of body.data) {
      // One that cannot be stored must not hide those behind it; it stays in the orchestrator for a person to look at.
      await takeEvent(pool, event, autoReply).catch((error: unknown) => {
        report(`The event ${event.webhookId} cannot be taken`, error);
      });
    }
    await pool.query('UPDATE whatsapp_cursor SET cursor = $1', [body.nextCursor]);
  }
}

async function readCursor(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ cursor: string }>('SELECT cursor FROM whatsapp_cursor');
  return Number(rows[0]?.cursor ?? 0);
}
