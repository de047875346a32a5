import type { OpenApiDocument, Operation } from '../src/http/reference/openapi.ts';
import { type ExampleRequest, exampleOf } from '../src/http/reference/page-code.ts';

const SCHEMA = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';

/** A key and its value, as Postman writes them everywhere. */
interface Pair {
  key: string;
  value: string;
  description?: string;
  type?: string;
}

/** The URL of a request; variables of the path are written `:name`. */
interface PostmanUrl {
  raw: string;
  host: string[];
  path: string[];
  query: Pair[];
  variable: Pair[];
}

/** A request that can be sent. */
interface PostmanItem {
  name: string;
  request: {
    method: string;
    description: string;
    header: Pair[];
    url: PostmanUrl;
    auth?: { type: 'noauth' };
    body?: { mode: 'raw'; raw: string; options: { raw: { language: 'json' } } };
  };
}

/** A collection in Postman's format 2.1: https://schema.postman.com */
export interface PostmanCollection {
  info: { name: string; description: string; version: string; schema: string };
  item: { name: string; description: string; item: PostmanItem[] }[];
  auth: { type: 'bearer'; bearer: Pair[] };
  variable: Pair[];
}

/** Converts the document: a folder for each tag, and a request for each operation, with its example. */
export function postmanCollection(document: OpenApiDocument): PostmanCollection {
  const { info, tags, paths } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const folders = tags.map(({ name, description }) => ({
    ...{ name, description },
    item: operations
      .filter(({ operation }) => operation.tags[0] === name)
      .map((entry) => itemOf(entry.operation, exampleOf(entry, document))),
  }));
  return {
    info: { name: info.title, description: info.description, version: info.version, schema: SCHEMA },
    item: folders.filter(({ item }) => item.length > 0),
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{apiKey}}', type: 'string' }] },
    variable: [
      { key: 'baseUrl', value: 'http://localhost:3000' },
      { key: 'apiKey', value: '' },
    ],
  };
}

function itemOf({ summary, description }: Operation, request: ExampleRequest): PostmanItem {
  const { method, body, needsKey } = request;
  return {
    name: summary,
    request: {
      ...{ method, description, header: body === undefined ? [] : [JSON_HEADER], url: urlOf(request) },
      ...(!needsKey && { auth: { type: 'noauth' } }),
      ...(body !== undefined && {
        body: { mode: 'raw', raw: JSON.stringify(body, null, 2), options: { raw: { language: 'json' } } },
      }),
    },
  };
}

const JSON_HEADER: Pair = { key: 'Content-Type', value: 'application/json' };

function urlOf({ path, params, query }: ExampleRequest): PostmanUrl {
  const own = path.replaceAll(/\{(\w+)\}/g, ':$1');
  const pairs = query.map(([key, value]) => ({ key, value: String(value) }));
  const search = pairs.map(({ key, value }) => `${key}=${encodeURIComponent(value)}`).join('&');
  return {
    raw: `{{baseUrl}}${own}${search === '' ? '' : `?${search}`}`,
    host: ['{{baseUrl}}'],
    path: own.split('/').slice(1),
    query: pairs,
    variable: params.map(([key, value]) => ({ key, value })),
  };
}
