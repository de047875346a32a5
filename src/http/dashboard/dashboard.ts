import { readdirSync, readFileSync } from 'node:fs';
import { extname, sep } from 'node:path';
import { type Response, Router } from 'express';
import { AppError } from '../../domain/errors.ts';
import { numberFiles } from './number-files.ts';
import { contextOf } from '../request-context.ts';
import { type FixedContent, fixedContent, sendFixed } from '../responses/fixed-content.ts';

const PAGE = new URL('page/', import.meta.url);
const INDEX = 'index.html';
/** The page and its files, in folders or not. */
const FILES = '/dashboard/{*name}';

/** The media types of the page's files; no file of another kind is served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Everything comes from this server, except the picture of a QR, which is a data URL. */
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

/** Read when the process first serves them. */
let pageFiles: ReadonlyMap<string, FixedContent> | undefined;
/** Made when somebody first opens the page: a start does not wait for it. */
let madeFiles: ReadonlyMap<string, FixedContent> | undefined;

/**
 * Serves the dashboard below `/dashboard/`. Its files hold no secret and need no key: the page gets all its data from the
 * REST interface, with the key of the person who uses it. The files are read once, so a requested name is a key of a map
 * and never a path on the disk.
 */
export function dashboard(): Router {
  const files = (pageFiles ??= readFiles());
  const router = Router({ strict: true });
  router.get('/dashboard', (_req, res) => {
    contextOf(res).route = '/dashboard';
    // Relative, like every URL in the page, so that it works behind any prefix of a proxy.
    res.redirect('dashboard/');
  });
  router.get(FILES, (req, res) => {
    contextOf(res).route = '/dashboard/:name';
    // The path as it was sent: an encoded slash or dot is part of the name, and no file has one.
    const name = req.path.slice('/dashboard/'.length) || INDEX;
    sendFile(files.get(name) ?? (madeFiles ??= makeNumberFiles()).get(name), res);
  });
  router.all(['/dashboard', FILES], (_req, res) => {
    res.set('Allow', 'GET, HEAD');
    throw new AppError('method_not_allowed');
  });
  return router;
}

/** The files by their names in URLs, such as `words/text.js`. */
function readFiles(): ReadonlyMap<string, FixedContent> {
  const names = readdirSync(PAGE, { recursive: true, encoding: 'utf8' }).filter((name) => extname(name) in TYPES);
  return new Map(
    names.map((name) => [
      name.replaceAll(sep, '/'),
      fixedContent(readFileSync(new URL(name, PAGE)), TYPES[extname(name)] ?? ''),
    ]),
  );
}

function makeNumberFiles(): ReadonlyMap<string, FixedContent> {
  return new Map([...numberFiles()].map(([name, script]) => [name, fixedContent(script, TYPES['.js'] ?? '')]));
}

function sendFile(file: FixedContent | undefined, res: Response): void {
  if (!file) throw new AppError('not_found');
  sendFixed(res.set('Content-Security-Policy', POLICY), file);
}
