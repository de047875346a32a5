import { type Html, html, inline, prose } from './html.ts';
import type { MediaType, OpenApiDocument, Operation, Parameter, Reference, Response } from './openapi.ts';
import { field, fieldsOf, typeOf } from './page-schema.ts';

/** An operation with its method and path. */
export interface OperationEntry {
  method: string;
  path: string;
  operation: Operation;
}

/** Renders a request or a webhook. */
export function operationPart({ method, path, operation }: OperationEntry, document: OpenApiDocument): Html {
  const { operationId, summary, description } = operation;
  return html`<article id="${operationId}">
    <h3><a href="#${operationId}">${summary}</a></h3>
    <p class="request"><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code></p>
    ${prose(description)} ${access(operation)} ${parameters(operation, document)} ${requestBody(operation)}
    ${Object.entries(operation.responses).map(([status, response]) => responsePart(status, resolve(response, document)))}
  </article>`;
}

function access({ security = [] }: Operation): Html | undefined {
  const scope = security.find(({ bearerKey }) => bearerKey)?.bearerKey?.[0];
  if (scope === undefined) return undefined;
  const token = security.some(({ browserToken }) => browserToken) ? html`, or a browser token` : undefined;
  return html`<p class="access">Requires a key with the scope <code>${scope}</code>${token}.</p>`;
}

function parameters(operation: Operation, document: OpenApiDocument): Html | undefined {
  const all = operation.parameters.map((parameter) => resolve(parameter, document));
  // Every request has this header, so it is documented once, at the top.
  const own = all.filter(({ name }) => name !== 'X-Request-Id');
  if (own.length === 0) return undefined;
  return html`<h4>Parameters and headers</h4>
    <ul class="fields">
      ${own.map(parameterField)}
    </ul>`;
}

function parameterField({ name, in: location, schema, description, required }: Parameter): Html {
  const label = location === 'query' ? `?${name}` : name;
  return field(label, { ...schema, ...(description !== undefined && { description }) }, required);
}

function requestBody({ requestBody: body }: Operation): Html | undefined {
  if (!body) return undefined;
  return html`<h4>Body</h4>
    ${Object.entries(body.content).map(([type, content]) => contentPart(type, content))}`;
}

function responsePart(status: string, { description, content = {} }: Response): Html {
  const isError = /^[45]/.test(status);
  const parts = Object.entries(content).map(([type, one]) => contentPart(type, one));
  // Every error response has the same body, which is documented once, at the top.
  return html`<div class="response ${isError ? 'error' : ''}">
    <h4>${status === 'default' ? 'Any other' : status}</h4>
    <div>${isError ? errorList(description) : html`${prose(description)} ${parts}`}</div>
  </div>`;
}

function errorList(description: string): Html {
  return html`<ul>
    ${description.split('\n\n').map((line) => html`<li>${inline(line)}</li>`)}
  </ul>`;
}

function contentPart(type: string, { schema, example }: MediaType): Html {
  const fields = schema && (fieldsOf(schema) ?? html`<p class="type">${typeOf(schema)}</p>`);
  return html`<p class="type">${type === '*/*' ? 'The media type of the file' : type}</p>
    ${schema?.description === undefined ? undefined : prose(schema.description)} ${fields}
    ${example === undefined ? undefined : html`<pre>${typeof example === 'string' ? example : JSON.stringify(example, null, 2)}</pre>`}`;
}

/** Follows a reference within the document. */
function resolve<Part extends object>(part: Part | Reference, document: OpenApiDocument): Part {
  if (!('$ref' in part)) return part;
  const names = part.$ref.split('/').slice(1);
  return names.reduce<unknown>((parent, name) => (parent as Record<string, unknown>)[name], document) as Part;
}
