import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import express, { type Request, type Response as Reply, type Router } from 'express';
import type { Pool } from 'pg';
import type { OrchestratorClient } from '../client/client.ts';
import type { Database } from './database.ts';

const PAGE = fileURLToPath(new URL('page', import.meta.url));

/** The headers of a file that are forwarded to the browser. */
const MEDIA_HEADERS = ['content-type', 'content-length', 'content-range', 'accept-ranges', 'content-disposition'];

const MESSAGES = `
  SELECT it.id, it.session_id, it.sender_name, it.sender_number, it.content, it.type, it.received_at,
    it.media_url IS NOT NULL AS has_media, reply.content AS reply,
    COALESCE(delivery.status, reply.refusal, CASE WHEN reply.answers IS NOT NULL THEN 'pending' END) AS reply_status
  FROM whatsapp_messages AS it
  LEFT JOIN whatsapp_replies AS reply ON reply.answers = it.id
  LEFT JOIN whatsapp_deliveries AS delivery
    ON delivery.session_id = reply.session_id AND delivery.message_id = reply.message_id
  ORDER BY it.received_at DESC, it.first_seq DESC LIMIT 20`;

/**
 * The page and its API. Put your own login in front of it: anyone who reaches it can link accounts and send messages.
 * @param orchestratorUrl the URL under which browsers reach the orchestrator
 */
export function frontendRoutes(database: Database, orchestrator: OrchestratorClient, orchestratorUrl: string): Router {
  const router = express.Router();
  // For one session, of which the page shows the QR. The API key never reaches a browser.
  router.post('/api/whatsapp/tokens', express.json(), async (req, res) => {
    const { sessionId } = (req.body ?? {}) as { sessionId?: string };
    const { token } = await orchestrator.createToken(sessionId === undefined ? {} : { sessionId });
    res.json({ success: true, token, orchestratorUrl });
  });
  router.get('/api/whatsapp/sessions', async (_req, res) => {
    const { rows } = await (await database.ready()).query('SELECT * FROM whatsapp_sessions ORDER BY phone_number');
    res.json({ success: true, data: rows });
  });
  router.get('/api/whatsapp/messages', async (_req, res) => {
    const { rows } = await (await database.ready()).query(MESSAGES);
    res.json({ success: true, data: rows });
  });
  router.get('/api/whatsapp/messages/:id/media', async (req, res) => {
    const url = await findMedia(await database.ready(), req.params.id);
    if (url !== undefined) await forwardFile(res, await orchestrator.fetch(url, { headers: rangeOf(req) }));
    else res.status(404).json({ success: false, message: 'This message has no file.' });
  });
  router.post('/api/whatsapp/send-message', express.json(), async (req, res) => {
    const { sessionId, number, message } = (req.body ?? {}) as Record<string, unknown>;
    if (typeof sessionId !== 'string' || !isPhoneNumber(number) || typeof message !== 'string') {
      res.status(400).json({ success: false, message: 'sessionId, number and message are required.' });
      return;
    }
    res.json(await orchestrator.sendMessage(sessionId, { number, message }));
  });
  router.use(express.static(PAGE));
  return router;
}

/** A phone number as a string, or as a number, as some programs store it. The orchestrator validates it. */
function isPhoneNumber(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

/** The range of a file that the browser requests. */
function rangeOf(req: Request): Record<string, string> {
  const range = req.get('range');
  return range === undefined ? {} : { range };
}

async function findMedia(pool: Pool, id: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ media_url: string | null }>(
    'SELECT media_url FROM whatsapp_messages WHERE id::text = $1',
    [id],
  );
  return rows[0]?.media_url ?? undefined;
}

/** Forwards a file with the headers of the orchestrator: as a download, never as a page of this site. */
async function forwardFile(res: Reply, file: Response): Promise<void> {
  res.status(file.status).set('x-content-type-options', 'nosniff');
  for (const name of MEDIA_HEADERS) {
    const value = file.headers.get(name);
    if (value !== null) res.set(name, value);
  }
  if (file.body) await pipeline(Readable.fromWeb(file.body), res);
  else res.end();
}
