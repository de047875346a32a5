import express, { type Request, type RequestHandler, type Router } from 'express';
import { type EventBody, type OrchestratorEvent, parseForPostgres } from './events.ts';
import { type Settings } from './settings.ts';
import { isSigned } from './signature.ts';
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
      const { isNew } = await take(eventIn(req));
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
    const hasKey = callbackApiKey === '' || req.get('authorization') === `Bearer ${callbackApiKey}`;
    if (hasKey && isSigned(signed, callbackSecret, Date.now())) next();
    else res.status(401).json({ success: false, message: 'The key or the signature is wrong.' });
  };
}

function eventIn(req: Request): OrchestratorEvent {
  return {
    webhookId: req.get('webhook-id') ?? '',
    seq: Number(req.get('x-session-seq')),
    path: req.path,
    body: parseForPostgres((req.body as Buffer).toString()) as EventBody,
  };
}
