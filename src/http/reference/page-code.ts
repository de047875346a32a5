import { type Html, html } from './html.ts';
import type { MediaType, OpenApiDocument, Operation, Parameter } from './openapi.ts';
import { resolve } from './resolve.ts';

/** The request that examples of an operation make. */
export interface ExampleRequest {
  method: string;
  /** With `{names}` of parameters. */
  path: string;
  /** The values of the parameters in the path. */
  params: [string, string][];
  /** The parameters after the `?` that have an example, or are required. */
  query: [string, string | number][];
  body: unknown;
  needsKey: boolean;
}

/** The example request of an operation. */
export function exampleOf(
  { method, path, operation }: { method: string; path: string; operation: Operation },
  document: OpenApiDocument,
): ExampleRequest {
  const all = operation.parameters.map((parameter) => resolve(parameter, document));
  const wanted = all.filter((one) => one.in === 'query' && (one.required || one.example !== undefined));
  return {
    ...{ method: method.toUpperCase(), path },
    params: all.filter((one) => one.in === 'path').map((one) => [one.name, String(valueOf(one))]),
    query: wanted.map((one) => [one.name, valueOf(one)]),
    body: exampleBody(operation.requestBody?.content['application/json']),
    needsKey: (operation.security ?? []).length > 0,
  };
}

/** The example in a body, or the first of several. */
function exampleBody(content: MediaType | undefined): unknown {
  return content?.example ?? Object.values(content?.examples ?? {})[0]?.value;
}

/** Renders the request as code for the shell and for the client, each to be copied. */
export function codePart(operationId: string, request: ExampleRequest): Html {
  return html`<h4>Code</h4>
    <div class="code">
      <p class="type">curl</p>
      <pre tabindex="0" aria-label="curl">${curl(request)}</pre>
    </div>
    <div class="code">
      <p class="type">TypeScript</p>
      <pre tabindex="0" aria-label="TypeScript">${clientCode(operationId, request)}</pre>
    </div>`;
}

/** The path and query with their values. */
function filledPath({ path, params, query }: Pick<ExampleRequest, 'path' | 'params' | 'query'>): string {
  const values = new Map(params);
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(values.get(name) ?? ''));
  const search = new URLSearchParams(query.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return search === '' ? filled : `${filled}?${search}`;
}

function curl(request: ExampleRequest): string {
  const { method, body, needsKey } = request;
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}"$ORCHESTRATOR_URL${filledPath(request)}"`,
    ...(needsKey ? ['-H "Authorization: Bearer $API_KEY"'] : []),
    ...(body === undefined ? [] : ['-H "Content-Type: application/json"', `-d ${quoted(JSON.stringify(body))}`]),
  ].join(' \\\n  ');
}

/** Quoted for a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function clientCode(operationId: string, { params, query, body }: ExampleRequest): string {
  const values = [
    ...params.map(([, value]) => JSON.stringify(value)),
    ...(body === undefined ? [] : [JSON.stringify(body, null, 2)]),
    ...(query.length === 0 ? [] : [JSON.stringify(Object.fromEntries(query))]),
  ];
  return `const response = await client.${operationId}(${values.join(', ')});`;
}

function valueOf({ name, example, schema }: Parameter): string | number {
  const [first] = Array.isArray(schema.examples) ? (schema.examples as unknown[]) : [];
  const value = example ?? first ?? schema.default ?? (schema.enum ?? [])[0] ?? `<${name}>`;
  return typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value);
}
