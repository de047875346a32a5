import { readFile } from 'node:fs/promises';
import { type ServerResponse } from 'node:http';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Only what lies beside the page, and the QR's picture, which comes as a data URL. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Answers with a file of `page/`, or with 404. */
export async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const name = path === '/' ? 'index.html' : path.slice(1);
  const type = /^[a-z-]+\.[a-z]+$/.test(name) ? TYPES[name.split('.')[1] ?? ''] : undefined;
  const content = type && (await readFile(new URL(`./page/${name}`, import.meta.url)).catch(() => undefined));
  if (content) response.writeHead(200, { ...HEADERS, 'content-type': type }).end(content);
  else response.writeHead(404, HEADERS).end();
}
