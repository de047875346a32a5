import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';

import { PAGE_HEADERS } from './page-headers.ts';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ogg: 'audio/ogg; codecs=opus',
};

/** Serves a file of `page/`, or of `media/` for paths below `/media/`; responds with 404 for anything else. */
export async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const [, folder = 'page', name = 'index.html'] = /^\/(?:(media)\/)?([a-z-]+\.[a-z]+)?$/.exec(path) ?? [];
  const type = TYPES[name.split('.')[1] ?? ''];
  const content = type && (await readFile(new URL(`./${folder}/${name}`, import.meta.url)).catch(() => undefined));
  if (content) response.writeHead(200, { ...PAGE_HEADERS, 'content-type': type }).end(content);
  else response.writeHead(404, PAGE_HEADERS).end();
}
