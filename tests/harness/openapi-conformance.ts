import type * as schemas from './openapi-schemas.ts';
import { type ErrorCode } from '../../src/domain/errors.ts';
import { EVENT_PATHS } from '../../src/domain/event.ts';
import { type Operation, type Reference, type Response } from '../../src/http/reference/openapi.ts';

// Jest's environment brings them in; a program such as that of the chaos takes them itself.
const { openApiSchemas = await import('./openapi-schemas.ts') } = globalThis as {
  openApiSchemas?: typeof schemas;
};
const { openApiDocument } = openApiSchemas;
export const { complaintAbout } = openApiSchemas;

/** An answer of the REST interface, and what it answers. */
export interface SeenAnswer {
  method: string;
  /** With or without what follows the `?`. */
  url: string;
  status: number;
  contentType: string | null;
  /** Parsed where it is JSON. */
  body: unknown;
}

/** What the server refuses before it knows which request it is. */
const ANYWHERE: readonly ErrorCode[] = [
  'malformed_request',
  'not_found',
  'method_not_allowed',
  'request_timeout',
  'headers_too_large',
];

/** What is wrong with an answer by docs/openapi.json: its status, its media type, or its body; `undefined` when nothing is. */
export function answerComplaint(answer: SeenAnswer): string | undefined {
  const { method, status, body } = answer;
  // These have no bodies, and are the same for every path.
  if (method === 'OPTIONS' || method === 'HEAD') return undefined;
  const found = findOperation(answer);
  const isCommon = ANYWHERE.includes((body as { error?: ErrorCode } | null)?.error ?? 'internal_error');
  const place = found && !isCommon ? `${found.place}/responses/${status}` : undefined;
  const complaint = place === undefined ? commonComplaint(answer) : responseComplaint(place, answer);
  return complaint && `${method} ${answer.url} ${status}: ${complaint} (${JSON.stringify(body).slice(0, 300)})`;
}

/** What is wrong with a callback by docs/openapi.json; `undefined` when nothing is. */
export function callbackComplaint(path: string, headers: Record<string, unknown>, body: unknown): string | undefined {
  const kind = Object.entries(EVENT_PATHS).find(([, one]) => one === path)?.[0] ?? '';
  const place = `#/webhooks/${kind}/post`;
  const { parameters } = openApiDocument().webhooks[kind]?.post ?? { parameters: [] };
  if (parameters.length === 0) return `there is no callback at ${path}`;
  const complaints = parameters.map((parameter, at) => {
    if ('$ref' in parameter) return undefined;
    const { name, required } = parameter;
    if (headers[name] === undefined) return required ? `the header ${name} is missing` : undefined;
    return complaintAbout(`${place}/parameters/${at}/schema`, headers[name]);
  });
  const content = `${place}/requestBody/content/${escaped('application/json')}/schema`;
  const all = [...complaints, complaintAbout(content, body)].filter(Boolean).join(', ');
  return all === '' ? undefined : `${path}: ${all} (${JSON.stringify(body)})`;
}

/** A refusal that no operation names: of another path, or before it was known which is meant. */
function commonComplaint({ status, body }: SeenAnswer): string | undefined {
  if (status < 400) return 'there is no such request in the document';
  return complaintAbout('#/components/schemas/ErrorAnswer', body);
}

function responseComplaint(place: string, { contentType, body }: SeenAnswer): string | undefined {
  const response = at(place) as Response | Reference | undefined;
  if (!response) return 'the document knows no such status of it';
  const target = '$ref' in response ? response.$ref : place;
  const { content = {} } = at(target) as Response;
  const type = contentType?.split(';')[0] ?? '';
  const documented = Object.keys(content).find((one) => one === type || one === '*/*');
  if (documented === undefined) return `the document knows no ${type} of it`;
  if (content[documented]!.schema === undefined) return undefined;
  return complaintAbout(`${target}/content/${escaped(documented)}/schema`, body);
}

/** The request that the address means, and its place in the document; paths without parameters go first. */
function findOperation({ method, url }: SeenAnswer): { place: string; operation: Operation } | undefined {
  const [path = ''] = url.split('?');
  const found = Object.entries(openApiDocument().paths)
    .filter(([template, methods]) => method.toLowerCase() in methods && patternOf(template).test(path))
    .sort(([one], [other]) => one.split('{').length - other.split('{').length)[0];
  if (!found) return undefined;
  const [template, methods] = found;
  const name = method.toLowerCase();
  return { place: `#/paths/${escaped(template)}/${name}`, operation: methods[name]! };
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i');
}

/** A name within a JSON pointer that is written as a fragment. */
export function escaped(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function at(place: string): unknown {
  const names = place
    .split('/')
    .slice(1)
    .map((name) => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.reduce<unknown>(
    (inside, name) => (inside as Record<string, unknown> | undefined)?.[name],
    openApiDocument(),
  );
}
