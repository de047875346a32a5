import express, { type Request, type RequestHandler, type Router } from 'express';
import { type EventBody, type OrchestratorEvent, parseForPostgres } from './events.ts';
import { type Settings } from './settings.ts';
import { isSigned, showsKey } from './signature.ts';
import { HANDLERS, type Taken } from './take-event.ts';

/** Thumbnails and cards are in the body: more than the 100 kB that Express takes unless it is told. */
const LIMIT = '5mb';

/** Takes the five callbacks. `take` is given each that is signed; it is answered when that has resolved, so nothing is lost. */
export function callbackRoutes(
  settings: Pick<Settings, 'callbackSecret' | 'callbackApiKey'>,
  take: (event: OrchestratorEvent) => Promise<Taken>,
): Router {
  const router = express.Router();
  router.post(
    Object.keys(HANDLERS),
    // The signature is over the bytes: JSON that is parsed and written again may be other bytes.
    express.raw({ type: () => true, limit: LIMIT }),
    onlyFromTheOrchestrator(settings),
    async (req, res) => {
      const event = eventIn(req);
      if (!event) {
        res.status(400).json({ success: false, message: 'This is not an event of the orchestrator.' });
        return;
      }
      const { isNew } = await take(event);
      // What was taken before is accepted as well: any other answer would have it posted again.
      res.json({ success: true, isNew });
    },
  );
  return router;
}

function onlyFromTheOrchestrator(settings: Pick<Settings, 'callbackSecret' | 'callbackApiKey'>): RequestHandler {
  const { callbackSecret, callbackApiKey } = settings;
  return (req, res, next) => {
    const signed = {
      id: req.get('webhook-id'),
      timestamp: req.get('webhook-timestamp'),
      signature: req.get('webhook-signature'),
      body: Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0),
    };
    const hasKey = callbackApiKey === '' || showsKey(req.get('authorization'), callbackApiKey);
    if (hasKey && isSigned(signed, callbackSecret, Date.now())) next();
    else res.status(401).json({ success: false, message: 'The key or the signature is wrong.' });
  };
}

/** The event that is posted; nothing when it cannot be one, whoever signed it. */
function eventIn(req: Request): OrchestratorEvent | undefined {
  const seq = Number(req.get('x-session-seq'));
  const body = bodyOf(req.body as Buffer);
  if (!Number.isSafeInteger(seq) || seq < 1 || typeof body?.session_id !== 'string') return undefined;
  return { webhookId: req.get('webhook-id') ?? '', seq, path: req.path, body };
}

function bodyOf(bytes: Buffer): EventBody | null {
  try {
    return parseForPostgres(bytes.toString()) as EventBody | null;
  } catch {
    return null;
  }
}
