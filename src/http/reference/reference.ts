import type { ReferenceApi } from '../core.ts';
import { type FixedContent, fixedContent } from '../responses/fixed-content.ts';
import type { Route } from '../route.ts';
import { openApiDocument } from './document.ts';
import type { OpenApiDocument } from './openapi.ts';
import { pageOf } from './page.ts';

/** The OpenAPI document and the reference page of these routes, generated on first use. */
export class Reference implements ReferenceApi {
  readonly #routes: Readonly<Record<string, Route>>;
  readonly #version: string;
  #document: OpenApiDocument | undefined;
  #json: FixedContent | undefined;
  #page: FixedContent | undefined;

  constructor(routes: Readonly<Record<string, Route>>, version: string) {
    this.#routes = routes;
    this.#version = version;
  }

  document(): OpenApiDocument {
    return (this.#document ??= openApiDocument(this.#routes, this.#version));
  }

  json(): FixedContent {
    return (this.#json ??= fixedContent(JSON.stringify(this.document()), 'application/json; charset=utf-8'));
  }

  page(): FixedContent {
    return (this.#page ??= fixedContent(pageOf(this.document()), 'text/html; charset=utf-8'));
  }
}
