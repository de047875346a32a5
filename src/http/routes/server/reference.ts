import { z } from 'zod';
import { PAGE_POLICY } from '../../reference/page.ts';
import { route } from '../../route.ts';

/** `GET /openapi.json`: for programs. Contains nothing secret and needs no key. */
export const openApi = route({
  method: 'get',
  path: '/openapi.json',
  scope: 'none',
  summary: 'Get this reference as OpenAPI',
  description: 'All requests, responses, errors and callbacks as an OpenAPI 3.1 document. Needs no key.',
  answer: z.looseObject({ openapi: z.string() }),
  statuses: { 200: 'The document.' },
  example: { answer: { openapi: '3.1.1' } },
  errors: ['rate_limited'],
  handler: ({ reference }) => ({ status: 200, body: { ...reference.document() }, fixed: reference.json() }),
});

/** `GET /docs`: for people. */
export const docs = route({
  method: 'get',
  path: '/docs',
  scope: 'none',
  summary: 'Get this reference as a page',
  description: 'The same as an HTML page. Needs no key.',
  mediaType: 'text/html',
  answer: z.string(),
  statuses: { 200: 'The page.' },
  example: { answer: '<!doctype html>...' },
  errors: ['rate_limited'],
  handler: ({ reference }) => ({
    status: 200,
    body: '',
    fixed: reference.page(),
    headers: { 'Content-Security-Policy': PAGE_POLICY },
  }),
});
