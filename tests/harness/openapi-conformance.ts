import type { ErrorCode } from '../../src/domain/errors.ts';
import { EVENT_PATHS } from '../../src/domain/event.ts';
import type { FurtherEventKind } from '../../src/domain/further-event.ts';
import { dataSchemaName } from '../../src/http/reference/further-schemas.ts';
import type { Operation, Reference, Response } from '../../src/http/reference/openapi.ts';
import { complaintAbout, openApiDocument } from './openapi-schemas.ts';

/** An answer of the REST interface with its request. */
export interface SeenAnswer {
  method: string;
  /** With or without the query. */
  url: string;
  status: number;
  contentType: string | null;
  /** Parsed if it is JSON. */
  body: unknown;
}

/** Errors that occur before the operation is known. */
const ANYWHERE: readonly ErrorCode[] = [
  'malformed_request',
  'not_found',
  'method_not_allowed',
  'request_timeout',
  'headers_too_large',
];

/** Describes how an answer deviates from docs/openapi.json: status, media type or body; undefined when it conforms. */
export function answerComplaint(answer: SeenAnswer): string | undefined {
  const { method, status, body } = answer;
  // These have no body, and are the same for every path.
  if (method === 'OPTIONS' || method === 'HEAD' || status === 304) return undefined;
  const found = findOperation(answer);
  const isCommon = ANYWHERE.includes((body as { error?: ErrorCode } | null)?.error ?? 'internal_error');
  const pointer = found && !isCommon ? `${found.pointer}/responses/${status}` : undefined;
  const complaint = pointer === undefined ? commonComplaint(answer) : responseComplaint(pointer, answer);
  return complaint && `${method} ${answer.url} ${status}: ${complaint} (${JSON.stringify(body).slice(0, 300)})`;
}

/** Describes how a callback deviates from docs/openapi.json; undefined when it conforms. */
export function callbackComplaint(path: string, headers: Record<string, unknown>, body: unknown): string | undefined {
  const kind = Object.entries(EVENT_PATHS).find(([, one]) => one === path)?.[0] ?? '';
  const pointer = `#/webhooks/${kind}/post`;
  const { parameters } = openApiDocument().webhooks[kind]?.post ?? { parameters: [] };
  if (parameters.length === 0) return `there is no callback at ${path}`;
  const complaints = parameters.map((parameter, at) => {
    if ('$ref' in parameter) return undefined;
    const { name, required } = parameter;
    if (headers[name] === undefined) return required ? `the header ${name} is missing` : undefined;
    return complaintAbout(`${pointer}/parameters/${at}/schema`, headers[name]);
  });
  const content = `${pointer}/requestBody/content/${escaped('application/json')}/schema`;
  const all = [...complaints, complaintAbout(content, body)].filter(Boolean).join(', ');
  return all === '' ? undefined : `${path}: ${all} (${JSON.stringify(body)})`;
}

/** Describes how `data` of a further event deviates from docs/openapi.json; undefined when it conforms. */
export function furtherComplaint(kind: FurtherEventKind, data: unknown): string | undefined {
  const complaint = complaintAbout(`#/components/schemas/${dataSchemaName(kind)}`, data);
  return complaint && `${kind}: ${complaint} (${JSON.stringify(data)})`;
}

/** Checks an error that no operation documents: of an unknown path, or before the operation is known. */
function commonComplaint({ status, body }: SeenAnswer): string | undefined {
  if (status < 400) return 'the document has no such request';
  return complaintAbout('#/components/schemas/ErrorAnswer', body);
}

function responseComplaint(pointer: string, { contentType, body }: SeenAnswer): string | undefined {
  const response = at(pointer) as Response | Reference | undefined;
  if (!response) return 'the document has no such status for it';
  const target = '$ref' in response ? response.$ref : pointer;
  const { content = {} } = at(target) as Response;
  const type = contentType?.split(';')[0] ?? '';
  const documented = Object.keys(content).find((one) => one === type || one === '*/*');
  if (documented === undefined) return `the document has no ${type} for it`;
  if (content[documented]!.schema === undefined) return undefined;
  return complaintAbout(`${target}/content/${escaped(documented)}/schema`, body);
}

/** The operation of a URL, and its JSON pointer; paths without parameters take precedence. */
function findOperation({ method, url }: SeenAnswer): { pointer: string; operation: Operation } | undefined {
  const [path = ''] = url.split('?');
  const found = Object.entries(openApiDocument().paths)
    .filter(([template, methods]) => method.toLowerCase() in methods && patternOf(template).test(path))
    .sort(([one], [other]) => one.split('{').length - other.split('{').length)[0];
  if (!found) return undefined;
  const [template, methods] = found;
  const name = method.toLowerCase();
  return { pointer: `#/paths/${escaped(template)}/${name}`, operation: methods[name]! };
}

/** The patterns of templates: every answer of every test is compared with all of them. */
const patterns = new Map<string, RegExp>();

function patternOf(template: string): RegExp {
  const known = patterns.get(template);
  if (known !== undefined) return known;
  const pattern = new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i');
  patterns.set(template, pattern);
  return pattern;
}

/** Escapes a name for a JSON pointer in a URL fragment. */
export function escaped(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function at(pointer: string): unknown {
  const names = pointer
    .split('/')
    .slice(1)
    .map((name) => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.reduce<unknown>(
    (inside, name) => (inside as Record<string, unknown> | undefined)?.[name],
    openApiDocument(),
  );
}
