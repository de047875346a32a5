import { type Html, html, inline, prose } from './html.ts';
import type { MediaType, OpenApiDocument, Operation, Parameter, Response } from './openapi.ts';
import { codePart, exampleOf } from './page-code.ts';
import { field, fieldsOf, typeOf } from './page-schema.ts';
import { isResponseName } from './response-names.ts';
import { resolve } from './resolve.ts';

/** An operation with its method and path. */
export interface OperationEntry {
  method: string;
  path: string;
  operation: Operation;
}

/** Renders a request or a webhook. */
export function operationPart({ method, path, operation }: OperationEntry, document: OpenApiDocument): Html {
  const { operationId, summary, description } = operation;
  const isWebhook = operation['x-backend-path'] !== undefined;
  const request = exampleOf({ method, path, operation }, document);
  const data = isWebhook ? undefined : html` data-request="${JSON.stringify(request)}"`;
  return html`<article id="${operationId}" ${data}>
    <h3><a href="#${operationId}">${summary}</a></h3>
    <p class="request"><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code></p>
    ${prose(description)} ${access(operation)} ${parameters(operation, document)} ${requestBody(operation, document)}
    ${isWebhook ? undefined : codePart(operationId, request)}
    ${Object.entries(operation.responses).map(([status, response]) => responsePart(status, resolve(response, document), document))}
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

function requestBody({ requestBody: body }: Operation, document: OpenApiDocument): Html | undefined {
  if (!body) return undefined;
  return html`<h4>Body</h4>
    ${Object.entries(body.content).map(([type, content]) => contentPart(type, content, document))}`;
}

function responsePart(status: string, { description, content = {} }: Response, document: OpenApiDocument): Html {
  const isError = /^[45]/.test(status);
  const parts = Object.entries(content).map(([type, one]) => contentPart(type, one, document));
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

function contentPart(
  type: string,
  { schema: given, example, examples = {} }: MediaType,
  document: OpenApiDocument,
): Html {
  // The schema of a response is shown where it is used.
  const isOwn = given?.$ref !== undefined && isResponseName(given.$ref);
  const schema = isOwn ? resolve(given, document) : given;
  const fields = schema && (fieldsOf(schema) ?? html`<p class="type">${typeOf(schema)}</p>`);
  return html`<p class="type">${type === '*/*' ? 'The media type of the file' : type}</p>
    ${schema?.description === undefined ? undefined : prose(schema.description)} ${fields} ${exampleCode(example)}
    ${Object.entries(examples).map(
      ([name, { value }]) =>
        html`<details>
          <summary>Example: ${name}</summary>
          ${exampleCode(value)}
        </details>`,
    )}`;
}

/** Renders an example; undefined without one. */
export function exampleCode(example: unknown): Html | undefined {
  if (example === undefined) return undefined;
  const text = typeof example === 'string' ? example : JSON.stringify(example, null, 2);
  return html`<pre tabindex="0" aria-label="Example">${text}</pre>`;
}
