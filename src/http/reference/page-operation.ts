import { type Html, html, prose, words } from './html.ts';
import {
  type MediaType,
  type OpenApiDocument,
  type Operation,
  type Parameter,
  type Reference,
  type Response,
} from './openapi.ts';
import { field, fieldsOf, typeOf } from './page-schema.ts';

/** An operation with the place that it has in the document. */
export interface PlacedOperation {
  method: string;
  path: string;
  operation: Operation;
}

/** The part of the page about one request, or one callback. */
export function operationPart({ method, path, operation }: PlacedOperation, document: OpenApiDocument): Html {
  const { operationId, summary, description } = operation;
  return html`<article id="${operationId}">
    <h3><a href="#${operationId}">${summary}</a></h3>
    <p class="request"><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code></p>
    ${prose(description)} ${access(operation)} ${parameters(operation, document)} ${requestBody(operation)}
    ${Object.entries(operation.responses).map(([status, response]) => answer(status, resolve(response, document)))}
  </article>`;
}

function access({ security = [] }: Operation): Html | undefined {
  const scope = security.find(({ bearerKey }) => bearerKey)?.bearerKey?.[0];
  if (scope === undefined) return undefined;
  const token = security.some(({ browserToken }) => browserToken) ? html`, or a token for a page` : undefined;
  return html`<p class="access">Needs a key with the scope <code>${scope}</code>${token}.</p>`;
}

function parameters(operation: Operation, document: OpenApiDocument): Html | undefined {
  const all = operation.parameters.map((parameter) => resolve(parameter, document));
  // Every request has this one; it is told once, at the top.
  const own = all.filter(({ name }) => name !== 'X-Request-Id');
  if (own.length === 0) return undefined;
  return html`<h4>Parameters and headers</h4>
    <ul class="fields">
      ${own.map(parameterField)}
    </ul>`;
}

function parameterField({ name, in: place, schema, description, required }: Parameter): Html {
  const named = place === 'query' ? `?${name}` : name;
  return field(named, { ...schema, ...(description !== undefined && { description }) }, required);
}

function requestBody({ requestBody: body }: Operation): Html | undefined {
  if (!body) return undefined;
  return html`<h4>Body</h4>
    ${Object.entries(body.content).map(([type, content]) => contentPart(type, content))}`;
}

function answer(status: string, { description, content = {} }: Response): Html {
  const isRefusal = /^[45]/.test(status);
  const parts = Object.entries(content).map(([type, one]) => contentPart(type, one));
  // What refusals look like is said once, at the top.
  return html`<div class="answer ${isRefusal ? 'refusal' : ''}">
    <h4>${status === 'default' ? 'Anything else' : status}</h4>
    <div>${isRefusal ? refusals(description) : html`${prose(description)} ${parts}`}</div>
  </div>`;
}

function refusals(description: string): Html {
  return html`<ul>
    ${description.split('\n\n').map((line) => html`<li>${words(line)}</li>`)}
  </ul>`;
}

function contentPart(type: string, { schema, example }: MediaType): Html {
  const fields = schema && (fieldsOf(schema) ?? html`<p class="type">${typeOf(schema)}</p>`);
  return html`<p class="type">${type === '*/*' ? 'The type of the file' : type}</p>
    ${schema?.description === undefined ? undefined : prose(schema.description)} ${fields}
    ${example === undefined ? undefined : html`<pre>${typeof example === 'string' ? example : JSON.stringify(example, null, 2)}</pre>`}`;
}

/** What is meant, where only its place in the document is named. */
function resolve<Part extends object>(part: Part | Reference, document: OpenApiDocument): Part {
  if (!('$ref' in part)) return part;
  const names = part.$ref.split('/').slice(1);
  return names.reduce<unknown>((inside, name) => (inside as Record<string, unknown>)[name], document) as Part;
}
