import { createHash } from 'node:crypto';
import { Html, html, inline, prose } from './html.ts';
import type { OpenApiDocument, Tag } from './openapi.ts';
import { exampleCode, type OperationEntry, operationPart } from './page-operation.ts';
import { anchorOf, fieldsOf, typeOf } from './page-schema.ts';
import { STYLE } from './page-style.ts';
import { isResponseName } from './response-names.ts';

// Inserted verbatim: the policy contains the hash of what is between the tags.
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);

/** The Content-Security-Policy: the page's own style, scripts and requests to this server, and no other sources. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "script-src 'self'",
  // What readers try.
  "connect-src 'self'",
  // The empty icon keeps browsers from requesting one.
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Renders the document as a page that can be read without its scripts, which search, copy and try. */
export function pageOf(document: OpenApiDocument): string {
  const { info, tags, components } = document;
  const operations = operationsOf(document);
  const groups = tags.map((tag) => ({ tag, operations: operations.filter((it) => it.operation.tags[0] === tag.name) }));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${info.title}: reference</title>
        <link rel="icon" href="data:," />
        ${STYLE_ELEMENT}
        <script type="module" src="docs/page.js"></script>
      </head>
      <body>
        <nav aria-label="Requests and webhooks">
          <details open>
            <summary>Contents</summary>
            <div id="tools" role="search" hidden>
              <label
                >Search <kbd>/</kbd><input id="search" type="search" autocomplete="off" spellcheck="false"
              /></label>
              <p id="found" role="status"></p>
            </div>
            ${groups.map(contents)}
          </details>
        </nav>
        <main>
          <h1>${info.title} <small>${info.version}</small></h1>
          ${prose(info.description)}
          <p>For programs: <a href="openapi.json">openapi.json</a> (OpenAPI ${document.openapi}).</p>
          <p id="key-field" hidden>
            <label
              >Your key, to try requests: this page forgets it when it is closed
              <input id="key" type="password" autocomplete="off" spellcheck="false"
            /></label>
          </p>
          ${keys(document)} ${groups.map(({ tag, operations: own }) => section(tag, own, document))}
          <section id="schemas">
            <h2>Schemas</h2>
            ${Object.entries(components.schemas)
              .filter(([name]) => !isResponseName(name))
              .map(
                ([name, schema]) =>
                  html`<article id="${anchorOf(name)}">
                    <h3>${name}</h3>
                    ${schema.description === undefined ? undefined : prose(schema.description)}
                    ${fieldsOf(schema) ?? html`<p class="type">${typeOf(schema)}</p>`}
                    ${exampleCode((schema.examples as unknown[] | undefined)?.[0])}
                  </article>`,
              )}
          </section>
        </main>
      </body>
    </html> `;
  return page.text;
}

/** The requests in the order of the document, then the webhooks. */
function operationsOf({ paths, webhooks }: OpenApiDocument): OperationEntry[] {
  const requests = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const posts = Object.values(webhooks).map(({ post }) => ({
    method: 'post',
    path: post['x-backend-path'] ?? '',
    operation: post,
  }));
  return [...requests, ...posts];
}

function contents({ tag, operations }: { tag: Tag; operations: readonly OperationEntry[] }): Html {
  const links = operations.map(
    ({ method, path, operation }) =>
      html`<li>
        <a href="#${operation.operationId}"
          >${operation.summary} <small><span class="method ${method}">${method.toUpperCase()}</span> ${path}</small></a
        >
      </li>`,
  );
  return html`<div class="group">
    <h2><a href="#${tag.name}">${tag.name}</a></h2>
    <ul>
      ${links}
    </ul>
  </div>`;
}

function section({ name, description }: Tag, operations: readonly OperationEntry[], document: OpenApiDocument): Html {
  return html`<section id="${name}">
    <h2>${name}</h2>
    ${prose(description)} ${operations.map((operation) => operationPart(operation, document))}
  </section>`;
}

/** Documents the keys and headers that all requests share. */
function keys({ components: { securitySchemes, parameters, headers } }: OpenApiDocument): Html {
  const schemes = Object.values(securitySchemes).map((scheme) => {
    const usage = scheme.type === 'apiKey' ? `${scheme.name ?? ''}: <key>` : 'Authorization: Bearer <key>';
    return html`<li>
      <code>${usage}</code>
      <div>${inline(scheme.description ?? '')}</div>
    </li>`;
  });
  const allHeaders = [
    ...Object.values(parameters).map(({ name, description = '' }) => ({ name: `${name} (request)`, description })),
    ...Object.entries(headers).map(([name, { description }]) => ({ name: `${name} (response)`, description })),
  ];
  return html`<h2>Keys</h2>
    <ul class="fields">
      ${schemes}
    </ul>
    <h2>Headers</h2>
    <ul class="fields">
      ${allHeaders.map(
        ({ name, description }) =>
          html`<li>
            <b>${name}</b>
            <div>${inline(description)}</div>
          </li>`,
      )}
    </ul>`;
}
