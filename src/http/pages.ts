import { type RequestHandler, Router } from 'express';
import { dashboard } from './dashboard/dashboard.ts';
import { frontPage } from './front-page.ts';
import { referenceFiles } from './reference/page-files.ts';

/** The paths of pages. Three routers cost each request more than this look, and nearly none is for them. */
const PAGES = /^\/(?:$|docs\/|dashboard(?:\/|$))/i;

/**
 * Serves what people open in a browser: the front page, the scripts of the reference, and the dashboard if there is one. None of it holds
 * a secret, or needs a key; `limit` is for the front page.
 */
export function pages(hasDashboard: boolean, limit: RequestHandler): RequestHandler {
  const router = Router();
  router.use(frontPage(hasDashboard, limit), referenceFiles());
  if (hasDashboard) router.use(dashboard());
  return (req, res, next) => {
    if (PAGES.test(req.path)) router(req, res, next);
    else next();
  };
}
