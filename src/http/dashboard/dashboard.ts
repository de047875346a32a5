import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { type Response, Router } from 'express';
import { AppError } from '../../domain/errors.ts';
import { nothingHere } from '../errors.ts';
import { contextOf } from '../request-context.ts';

const PAGE = new URL('page/', import.meta.url);
const INDEX = 'index.html';

/** What the page is made of; a file of any other kind is not given to anybody. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Only what comes from here, and the picture of a QR, which is a data URL. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

interface PageFile {
  type: string;
  content: Buffer;
}

/**
 * The dashboard's page, below `/dashboard/`. Its files hold nothing secret and need no key; everything that they show, they
 * ask of the REST interface, with the key of whoever looks at them. They are read once, so that a name that is asked for is
 * looked up in a list and is never a path.
 */
export function dashboard(): Router {
  const files = readFiles();
  const router = Router({ strict: true });
  router.get('/dashboard', (_req, res) => {
    contextOf(res).route = '/dashboard';
    // Relative, as all that the page names is: so it works behind any prefix of a proxy.
    res.redirect('dashboard/');
  });
  router.get(['/dashboard/', '/dashboard/:name'], (req, res) => {
    contextOf(res).route = '/dashboard/:name';
    give(files.get(req.path.slice('/dashboard/'.length) || INDEX), res);
  });
  router.all(['/dashboard', '/dashboard/', '/dashboard/:name'], (_req, res) => {
    res.set('Allow', 'GET, HEAD');
    throw new AppError('method_not_allowed');
  });
  router.use('/dashboard', nothingHere);
  return router;
}

function readFiles(): ReadonlyMap<string, PageFile> {
  const names = readdirSync(PAGE).filter((name) => extname(name) in TYPES);
  return new Map(
    names.map((name) => [name, { type: TYPES[extname(name)] ?? '', content: readFileSync(new URL(name, PAGE)) }]),
  );
}

function give(file: PageFile | undefined, res: Response): void {
  if (!file) throw new AppError('not_found');
  res.set({ 'Content-Type': file.type, 'Content-Security-Policy': POLICY }).send(file.content);
}
