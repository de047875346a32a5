import { type RequestHandler, Router } from 'express';
import { AppError } from '../domain/errors.ts';
import { contextOf } from './request-context.ts';

/** Where to go from the address of the server alone; relative, for servers behind a prefix of a proxy. */
const PLACES = { reference: 'docs', openapi: 'openapi.json', health: 'health' };

/** Answers `GET /`: leads people to the dashboard, or says what is here if there is none. It holds no secret, and needs no key. */
export function frontPage(hasDashboard: boolean, limit: RequestHandler): Router {
  const router = Router({ strict: true });
  router.all('/', limit);
  router.get('/', (_req, res) => {
    contextOf(res).route = '/';
    if (hasDashboard) res.redirect('dashboard/');
    else res.json({ success: true, name: 'WhatsApp Orchestrator', ...PLACES });
  });
  router.all('/', (_req, res) => {
    res.set('Allow', 'GET, HEAD');
    throw new AppError('method_not_allowed');
  });
  return router;
}
