import { type ReferenceApi } from '../core.ts';
import { type Route } from '../route.ts';
import { openApiDocument } from './document.ts';
import { type OpenApiDocument } from './openapi.ts';
import { pageOf } from './page.ts';

/** The OpenAPI document and the reference page of these routes, generated on first use. */
export class Reference implements ReferenceApi {
  readonly #routes: Readonly<Record<string, Route>>;
  readonly #version: string;
  #document: OpenApiDocument | undefined;
  #page: string | undefined;

  constructor(routes: Readonly<Record<string, Route>>, version: string) {
    this.#routes = routes;
    this.#version = version;
  }

  document(): OpenApiDocument {
    return (this.#document ??= openApiDocument(this.#routes, this.#version));
  }

  page(): string {
    return (this.#page ??= pageOf(this.document()));
  }
}
