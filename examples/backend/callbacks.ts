import express, { type Request, type RequestHandler, type Router } from 'express';
import { type EventBody, type OrchestratorEvent, parseForPostgres } from './events.ts';
import type { Settings } from './settings.ts';
import { hasKey, isSigned } from './signature.ts';
import { HANDLERS, type Outcome } from './handle-event.ts';

/** Bodies contain thumbnails and contact cards, and exceed the default limit of Express, 100 kB. */
const BODY_LIMIT = '5mb';

/** The endpoints of the five webhooks. Passes signed ones to `handle` and responds once it resolves, so that nothing is lost. */
export function callbackRoutes(
  settings: Pick<Settings, 'callbackSecret' | 'callbackApiKey'>,
  handle: (event: OrchestratorEvent) => Promise<Outcome>,
): Router {
  const router = express.Router();
  router.post(
    Object.keys(HANDLERS),
    // The signature covers the raw bytes. JSON that is parsed and serialized again may differ.
    express.raw({ type: () => true, limit: BODY_LIMIT }),
    requireSignature(settings),
    async (req, res) => {
      const event = parseEvent(req);
      if (!event) {
        res.status(400).json({ success: false, message: 'The request is not an event of the orchestrator.' });
        return;
      }
      const { isNew } = await handle(event);
      // Duplicates are accepted too: any other status would make the orchestrator retry.
      res.json({ success: true, isNew });
    },
  );
  return router;
}

function requireSignature(settings: Pick<Settings, 'callbackSecret' | 'callbackApiKey'>): RequestHandler {
  const { callbackSecret, callbackApiKey } = settings;
  return (req, res, next) => {
    const signed = {
      id: req.get('webhook-id'),
      timestamp: req.get('webhook-timestamp'),
      signature: req.get('webhook-signature'),
      body: Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0),
    };
    const isAuthorized = callbackApiKey === '' || hasKey(req.get('authorization'), callbackApiKey);
    if (isAuthorized && isSigned(signed, callbackSecret, Date.now())) next();
    else res.status(401).json({ success: false, message: 'The key or the signature is invalid.' });
  };
}

/** Parses the event; undefined if the request is not one, even if it is signed. */
function parseEvent(req: Request): OrchestratorEvent | undefined {
  const seq = Number(req.get('x-session-seq'));
  const body = parseBody(req.body as Buffer);
  if (!Number.isSafeInteger(seq) || seq < 1 || typeof body?.session_id !== 'string') return undefined;
  return { webhookId: req.get('webhook-id') ?? '', seq, path: req.path, body };
}

function parseBody(bytes: Buffer): EventBody | null {
  try {
    return parseForPostgres(bytes.toString()) as EventBody | null;
  } catch {
    return null;
  }
}
