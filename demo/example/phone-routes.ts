import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, type Router } from 'express';

import type { Phone } from '../../simulator/phones/phone.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { OrchestratorApi } from '../orchestrator-api.ts';
import { isForeign } from '../page-server.ts';

const PAGE = fileURLToPath(new URL('page', import.meta.url));
const BACKEND_PAGE = new URL('../../examples/backend/page/index.html', import.meta.url);
const PARTS = '<link rel="stylesheet" href="demo/phones.css" /><script type="module" src="demo/phones.js"></script>';

/** What the simulated phones are asked for. */
export interface PhoneStage {
  readonly api: OrchestratorApi;
  readonly simulator: Simulator;
  /** The phone of the account that is linked. */
  readonly shop: Phone;
  /** The phone of a customer, who writes to it. */
  readonly customer: Phone;
}

/** The simulated phones, on the page of the example backend, which does not know of them. */
export function phoneRoutes({ api, simulator, shop, customer }: PhoneStage): Router {
  const router = express.Router();
  router.get('/', async (_req, res) => {
    const page = await readFile(BACKEND_PAGE, 'utf8');
    res.type('html').send(page.replace('</head>', `${PARTS}</head>`));
  });
  router.use('/demo', refuseForeign, express.static(PAGE), express.json());
  router.post('/demo/scan', async (_req, res) => {
    const qr = await currentQr(api);
    if (qr !== undefined) await shop.scan(qr);
    res.json({ success: qr !== undefined });
  });
  router.post('/demo/renew', (_req, res) => {
    res.json({ success: simulator.refreshPairing() > 0 });
  });
  router.post('/demo/write', async (req, res) => {
    const { text } = (req.body ?? {}) as { text?: unknown };
    if (typeof text === 'string') await customer.sendText(shop.number, text);
    res.json({ success: typeof text === 'string' });
  });
  router.get('/demo/chat', (_req, res) => {
    res.json({ success: true, data: customer.messages().messages.map(({ text }) => text) });
  });
  return router;
}

const refuseForeign: RequestHandler = (req, res, next) => {
  if (isForeign(req)) res.status(403).end();
  else next();
};

/** The QR of the session that was created last and waits for its scan. */
async function currentQr(api: OrchestratorApi): Promise<string | undefined> {
  const sessions = (await (await api.fetch('GET', '/sessions')).json()) as {
    data: { session_id: string; status: string }[];
  };
  const waiting = sessions.data.findLast(({ status }) => status === 'connecting');
  if (!waiting) return undefined;
  const { body } = await api.request('GET', `/sessions/${waiting.session_id}/qr`);
  return body.qrText;
}
